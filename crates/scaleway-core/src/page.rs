//! Lists, a page at a time.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use futures_util::Stream;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Api, Request, Result};

/// The most items that the API gives at once.
const PAGE_SIZE: u32 = 100;

/// How many items a pager remembers, 8 bytes each: the memory that a list is read in has a bound, however long the list.
const REMEMBERED: usize = 10_000;

/// How often [`Pager::all_settled`] reads a list that changes meanwhile.
const READINGS: u32 = 3;

/// What can be listed.
pub trait Listed: DeserializeOwned {
    /// The field of a list's answer that holds the items: `containers`.
    const FIELD: &'static str;

    /// What tells one item from another, within one list: `self.id.as_str().into()`, or a text made of a number or of
    /// several fields.
    fn identity(&self) -> Cow<'_, str>;
}

/// One page of a list: `{"<items>": […], "total_count": n}`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// How many items all pages hold together.
    pub total_count: u64,
}

impl<T: Listed + Serialize> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry(T::FIELD, &self.items)?;
        map.serialize_entry("total_count", &self.total_count)?;
        map.end()
    }
}

impl<'de, T: Listed> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(std::marker::PhantomData<T>);

        impl<'de, T: Listed> Visitor<'de> for Fields<T> {
            type Value = Page<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "a page of {}", T::FIELD)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Page<T>, A::Error> {
                let mut page = Page { items: Vec::new(), total_count: 0 };
                while let Some(key) = map.next_key::<String>()? {
                    if key == T::FIELD {
                        page.items = map.next_value::<Option<Vec<T>>>()?.unwrap_or_default();
                    } else if key == "total_count" {
                        page.total_count = map.next_value()?;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(page)
            }
        }

        deserializer.deserialize_map(Fields(std::marker::PhantomData))
    }
}

/// A list that is read as it is asked for: all at once, page by page, or as a stream of items.
#[derive(Debug)]
#[must_use = "a list is read by `all`, `all_settled`, `next_page` or `stream`"]
pub struct Pager<T> {
    api: Api,
    request: Request<Page<T>>,
    next: Option<u32>,
    seen: Seen,
    read: u64,
    total: Option<u64>,
    may_have_missed: bool,
}

impl<T: Listed> Pager<T> {
    /// The list that `request` asks for.
    pub fn new(api: &Api, request: Request<Page<T>>) -> Self {
        Self {
            api: api.clone(),
            request,
            next: Some(1),
            seen: Seen::default(),
            read: 0,
            total: None,
            may_have_missed: false,
        }
    }

    /// The next page, `None` after the last one. An item that an earlier page had is left out: pages shift when
    /// something is made or deleted meanwhile. It is known again for as long as 10,000 others have not come after it.
    ///
    /// # Errors
    /// As [`Client::send`](crate::Client::send); asking again asks for the same page.
    pub async fn next_page(&mut self) -> Result<Option<Page<T>>> {
        let Some(number) = self.next else { return Ok(None) };
        let mut page = self.api.send(self.request.page(number, PAGE_SIZE)).await?;
        let count = |items: &Vec<T>| u64::try_from(items.len()).unwrap_or(u64::MAX);
        let got = count(&page.items);
        page.items.retain(|item| self.seen.is_new(&item.identity()));
        let new = count(&page.items);
        self.read += got;
        // Some lists do not say how many items they have: those end with a page that is not full.
        let counted = page.total_count > 0;
        let last =
            new == 0 || if counted { self.read >= page.total_count } else { got < u64::from(PAGE_SIZE) };
        self.next = if last { None } else { number.checked_add(1) };
        // An item that appears twice has pushed another one over the border of two pages, or was pushed itself; one that
        // was deleted has pulled another one over it, which only the count shows.
        let changed = self.total.replace(page.total_count).is_some_and(|before| before != page.total_count);
        self.may_have_missed |= new < got || changed || (last && counted && self.read < page.total_count);
        Ok(Some(page))
    }

    /// All items, in one reading: what changed meanwhile may be missing. Where a decision hangs on that an item is not
    /// there, use [`all_settled`](Self::all_settled).
    ///
    /// # Errors
    /// As [`Client::send`](crate::Client::send).
    pub async fn all(mut self) -> Result<Vec<T>> {
        let items = self.read().await?;
        if self.may_have_missed {
            tracing::warn!(list = T::FIELD, "the list changed while it was read; an item may be missing");
        }
        Ok(items)
    }

    /// All items. A list that changes while it is read is read again, up to three times; if it never stands still, the
    /// answer is all that was seen.
    ///
    /// # Errors
    /// As [`Client::send`](crate::Client::send).
    pub async fn all_settled(mut self) -> Result<Vec<T>> {
        let mut items: Vec<T> = Vec::new();
        for _ in 0..READINGS {
            let earlier = std::mem::replace(&mut items, self.read().await?);
            if !self.may_have_missed {
                return Ok(items);
            }
            let known: BTreeSet<String> = items.iter().map(|item| item.identity().into_owned()).collect();
            items.extend(earlier.into_iter().filter(|item| !known.contains(item.identity().as_ref())));
            self = Self::new(&self.api, self.request);
        }
        tracing::warn!(list = T::FIELD, "the list changed each time it was read; an item may be missing");
        Ok(items)
    }

    async fn read(&mut self) -> Result<Vec<T>> {
        let mut items = Vec::new();
        while let Some(page) = self.next_page().await? {
            items.extend(page.items);
        }
        Ok(items)
    }

    /// The items one by one; pages are fetched when they are needed, and no more than one is kept, beside a memory of
    /// bounded size for what was seen. Whether the list
    /// changed meanwhile only [`next_page`](Self::next_page) and [`may_have_missed`](Self::may_have_missed) tell.
    pub fn stream(self) -> impl Stream<Item = Result<T>> {
        futures_util::stream::try_unfold((self, VecDeque::new()), |(mut pager, mut items)| async move {
            loop {
                if let Some(item) = items.pop_front() {
                    return Ok(Some((item, (pager, items))));
                }
                match pager.next_page().await? {
                    Some(page) => items.extend(page.items),
                    None => return Ok(None),
                }
            }
        })
    }

    /// Whether the list changed while it was read, so that an item may not have been seen: then list again. What changes
    /// without changing the number of items may go unnoticed where one item goes and another comes between two pages.
    pub fn may_have_missed(&self) -> bool {
        self.may_have_missed
    }
}

/// The last items that were seen, as hashes of their identities.
#[derive(Debug, Default)]
struct Seen {
    known: BTreeSet<u64>,
    in_order: VecDeque<u64>,
}

impl Seen {
    fn is_new(&mut self, identity: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        identity.hash(&mut hasher);
        let hash = hasher.finish();
        let is_new = self.known.insert(hash);
        if is_new {
            self.in_order.push_back(hash);
        }
        if self.in_order.len() > REMEMBERED
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.known.remove(&oldest);
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_has_a_bound() {
        let mut seen = Seen::default();
        let all = 3 * REMEMBERED;
        assert!((0..all).all(|item| seen.is_new(&item.to_string())));
        assert_eq!((seen.known.len(), seen.in_order.len()), (REMEMBERED, REMEMBERED));
        assert!((all - REMEMBERED..all).all(|item| !seen.is_new(&item.to_string())));
        assert!(seen.is_new("0"), "too long ago");
    }
}
