//! Finding out what exists.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures_util::TryStreamExt;
use futures_util::stream::FuturesUnordered;

use crate::cloud::Cloud;
use crate::error::Error;
use crate::kinds::{Claim, KindName, Seen, Status};
use crate::model::{Phase, State};

/// What exists in the cloud, by kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observed(BTreeMap<KindName, Vec<Seen>>);

impl Observed {
    /// Lists the kinds in `kinds` and those that they live in: what stands for itself at once, then what lives in what was
    /// found.
    pub(crate) async fn of(cloud: &Cloud, state: &State, kinds: BTreeSet<KindName>) -> Result<Self, Error> {
        let mut observed = Self::default();
        let outwards = |kind: KindName| std::iter::successors(Some(kind), |kind| kind.profile().parent);
        let mut left: BTreeSet<KindName> = kinds.into_iter().flat_map(outwards).collect();
        while !left.is_empty() {
            let known =
                |kind: &KindName| kind.profile().parent.is_none_or(|parent| observed.0.contains_key(&parent));
            let (wave, inner): (BTreeSet<KindName>, _) = left.into_iter().partition(known);
            left = inner;
            let lists = wave.into_iter().map(async |kind| {
                let parent = kind.profile().parent;
                let parents = parent.map_or_else(Vec::new, |parent| observed.ours(parent, state));
                let seen = kind.observe(cloud, &parents).await;
                seen.map(|seen| (kind, seen)).map_err(|source| Error::Observe { what: kind.label(), source })
            });
            let found: Vec<_> = lists.collect::<FuturesUnordered<_>>().try_collect().await?;
            observed.0.extend(found);
        }
        Ok(observed)
    }

    /// What exists as far as is remembered: nothing is asked. And what an earlier run left unfinished, which must be looked at
    /// before anything is changed, each a sentence.
    pub(crate) fn remembered(state: &State) -> (Self, Vec<String>) {
        let mut kinds = BTreeMap::<_, Vec<Seen>>::new();
        let mut unfinished = Vec::new();
        for (address, tracked) in &state.resources {
            if tracked.phase != Phase::Ready {
                unfinished.push(format!(
                    "{address}: an earlier run was interrupted while it was under way: what has become of it must be looked at in the cloud, not only remembered"
                ));
            }
            let Some(id) = tracked.id.clone() else { continue };
            let status = match tracked.phase {
                Phase::Ready => Status::Ready,
                _ => Status::Changing("not known to be ready".to_owned()),
            };
            kinds.entry(address.kind).or_default().push(Seen {
                id,
                key: address.kind.key(&tracked.spec).unwrap_or_default(),
                claim: Claim::Ours,
                status,
                attributes: tracked.spec.clone(),
                outputs: tracked.outputs.clone(),
                facts: None,
            });
        }
        (Self(kinds), unfinished)
    }

    /// Those that say that they are ours, and those that we remember making: somebody may have taken our tags off.
    fn ours(&self, kind: KindName, state: &State) -> Vec<Seen> {
        let remembered: BTreeSet<&str> = state
            .resources
            .iter()
            .filter(|(address, _)| address.kind == kind)
            .filter_map(|(_, tracked)| tracked.id.as_deref())
            .collect();
        let ours = |seen: &&Seen| seen.claim != Claim::Foreign || remembered.contains(seen.id.as_str());
        self.all(kind).iter().filter(ours).cloned().collect()
    }

    pub(crate) fn all(&self, kind: KindName) -> &[Seen] {
        self.0.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// What is found of it by id and by key.
    pub(crate) fn index(&self) -> Index<'_> {
        let mut index = Index::default();
        for (kind, all) in &self.0 {
            for seen in all {
                index.by_id.entry((*kind, &seen.id)).or_insert(seen);
                index.by_key.entry((*kind, &seen.key)).or_insert(seen);
            }
        }
        index
    }
}

/// What exists, to be found one by one.
#[derive(Debug, Default)]
pub(crate) struct Index<'a> {
    by_id: HashMap<(KindName, &'a str), &'a Seen>,
    by_key: HashMap<(KindName, &'a str), &'a Seen>,
}

impl<'a> Index<'a> {
    /// The resource with this id, or else with this key, which is asked for only then; of several the first.
    pub(crate) fn find(
        &self,
        kind: KindName,
        id: Option<&str>,
        key: impl FnOnce() -> Option<String>,
    ) -> Option<&'a Seen> {
        if let Some(seen) = id.and_then(|id| self.by_id.get(&(kind, id))) {
            return Some(seen);
        }
        let key = key()?;
        self.by_key.get(&(kind, key.as_str())).copied()
    }
}

#[cfg(test)]
impl FromIterator<(KindName, Vec<Seen>)> for Observed {
    fn from_iter<I: IntoIterator<Item = (KindName, Vec<Seen>)>>(kinds: I) -> Self {
        Self(kinds.into_iter().collect())
    }
}

#[cfg(test)]
impl Observed {
    pub(crate) fn all_mut(&mut self, kind: KindName) -> &mut Vec<Seen> {
        self.0.entry(kind).or_default()
    }
}
