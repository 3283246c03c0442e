//! Finding out what exists.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;

use crate::cloud::Cloud;
use crate::error::Error;
use crate::kinds::{Claim, KindName, Seen};

/// What exists in the cloud, by kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observed(BTreeMap<KindName, Vec<Seen>>);

impl Observed {
    /// Lists the kinds in `kinds`: those that stand for themselves at once, then those that live in what was found.
    pub(crate) async fn of(cloud: &Cloud, kinds: &BTreeSet<KindName>) -> Result<Self, Error> {
        let mut observed = Self::default();
        let (inner, outer): (Vec<&KindName>, Vec<&KindName>) =
            kinds.iter().partition(|kind| kind.profile().parent.is_some());
        for wave in [outer, inner] {
            let lists = wave.into_iter().map(async |kind| {
                let kind: KindName = *kind;
                let parents: Vec<Seen> =
                    kind.profile().parent.map_or_else(Vec::new, |parent| observed.ours(parent));
                let seen = kind.observe(cloud, &parents).await;
                seen.map(|seen| (kind, seen)).map_err(|source| Error::Observe { what: kind.label(), source })
            });
            let found = try_join_all(lists).await?;
            observed.0.extend(found);
        }
        Ok(observed)
    }

    fn ours(&self, kind: KindName) -> Vec<Seen> {
        self.all(kind).iter().filter(|seen| seen.claim != Claim::Foreign).cloned().collect()
    }

    pub(crate) fn all(&self, kind: KindName) -> &[Seen] {
        self.0.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// The resource with this id, or else with this key.
    pub(crate) fn find(&self, kind: KindName, id: Option<&str>, key: Option<&str>) -> Option<&Seen> {
        let all = self.all(kind);
        let by_id = id.and_then(|id| all.iter().find(|seen| seen.id == id));
        by_id.or_else(|| key.and_then(|key| all.iter().find(|seen| seen.key == key)))
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
