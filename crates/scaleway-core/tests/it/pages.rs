//! Lists that are long, that change while they are read, or that do not say how long they are.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::TryStreamExt;
use proptest::prelude::*;
use scaleway_core::{Listed, Page, Pager};
use serde::{Deserialize, Deserializer};
use serde_json::json;

use crate::{answer, answering, count, in_process, things, virtual_clock};

static LIVE: AtomicUsize = AtomicUsize::new(0);

/// An item that is counted while it lives.
#[derive(Debug)]
struct Item {
    id: u32,
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        LIVE.fetch_add(1, Ordering::Relaxed);
        u32::deserialize(deserializer).map(|id| Self { id })
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Listed for Item {
    const FIELD: &'static str = "items";

    fn identity(&self) -> Cow<'_, str> {
        self.id.to_string().into()
    }
}

/// The same without a count, for tests that run beside the one that counts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
struct Plain(u32);

impl Listed for Plain {
    const FIELD: &'static str = "items";

    fn identity(&self) -> Cow<'_, str> {
        self.0.to_string().into()
    }
}

/// A list on a server, that `change` changes after each page, and its pager; and how many pages were asked for.
fn list<T: Listed>(
    items: Vec<u32>,
    counted: bool,
    change: impl Fn(usize, &mut Vec<u32>) + Send + Sync + 'static,
) -> (Pager<T>, Arc<AtomicUsize>) {
    let items = Mutex::new(items);
    let transport = answering(move |number, request| {
        let url: url::Url = request.uri().to_string().parse().unwrap();
        let asked = |name: &str| -> usize {
            url.query_pairs().find(|(key, _)| key == name).unwrap().1.parse().unwrap()
        };
        let (page, size) = (asked("page"), asked("page_size"));
        let mut items = items.lock().unwrap();
        let shown: Vec<u32> = items.iter().copied().skip((page - 1) * size).take(size).collect();
        let body = if counted {
            json!({"items": shown, "total_count": items.len()})
        } else {
            json!({"items": shown})
        };
        change(number, &mut items);
        answer(200, body.to_string())
    });
    let seen = transport.seen.clone();
    let client = in_process(transport, &virtual_clock());
    let api = things(&client);
    let request = api.get("ListThings", &["things"]);
    (Pager::new(&api, request), seen)
}

fn ids(range: Range<u32>) -> Vec<u32> {
    range.collect()
}

/// Reads page by page: the items, and whether one may be missing.
fn read(mut pager: Pager<Plain>) -> (Vec<u32>, bool) {
    virtual_clock()
        .block_on(async {
            let mut items = Vec::new();
            while let Some(page) = pager.next_page().await.unwrap() {
                items.extend(page.items.iter().map(|item| item.0));
            }
            (items, pager.may_have_missed())
        })
        .unwrap()
}

fn all_settled(pager: Pager<Plain>) -> Vec<u32> {
    virtual_clock().block_on(pager.all_settled()).unwrap().unwrap().into_iter().map(|item| item.0).collect()
}

#[test]
fn ten_thousand_items_stream_in_the_memory_of_a_page() {
    let (pager, seen) = list::<Item>(ids(0..10_000), true, |_, _| {});
    let (number, most) = virtual_clock()
        .block_on(async {
            let mut stream = pin!(pager.stream());
            let (mut number, mut most) = (0, 0);
            while let Some(item) = stream.try_next().await.unwrap() {
                assert_eq!(item.id, number);
                (number, most) = (number + 1, most.max(count(&LIVE)));
            }
            (number, most)
        })
        .unwrap();
    assert_eq!((number, count(&seen)), (10_000, 100));
    assert!(most <= 101, "{most} items at once");
    assert_eq!(count(&LIVE), 0);
}

#[test]
fn a_list_that_stands_still_is_read_once() {
    for length in [0, 1, 99, 100, 101, 250, 300] {
        let (pager, seen) = list(ids(0..length), true, |_, _| {});
        assert_eq!(read(pager), (ids(0..length), false));
        assert_eq!(count(&seen), length.div_ceil(100).max(1) as usize, "{length}");
    }
}

#[test]
fn a_list_that_does_not_say_its_length_is_read_to_its_end() {
    for length in [0, 99, 100, 250] {
        let (pager, _) = list(ids(0..length), false, |_, _| {});
        assert_eq!(read(pager), (ids(0..length), false));
    }
}

#[test]
fn a_server_that_gives_the_same_page_for_ever_is_left() {
    for total in [0, 1_000_000] {
        let body = json!({"items": ids(0..100), "total_count": total}).to_string();
        let client = in_process(answering(move |_, _| answer(200, body.clone())), &virtual_clock());
        let api = things(&client);
        let pager = Pager::new(&api, api.get("ListThings", &["things"]));
        assert_eq!(read(pager), (ids(0..100), true));
    }
}

#[test]
fn a_deletion_between_two_pages_hides_an_item_and_is_noticed() {
    let delete_first = |number, items: &mut Vec<u32>| {
        if number == 0 {
            items.remove(0);
        }
    };
    let (seen, may_have_missed) = read(list(ids(0..150), true, delete_first).0);
    assert!(!seen.contains(&100) && may_have_missed);
    // Read again, it is all there.
    assert_eq!(all_settled(list(ids(0..150), true, delete_first).0), ids(1..150));
}

#[test]
fn a_list_that_never_stands_still_gives_all_that_was_seen() {
    // Each page is followed by a deletion at the front and a creation at the end.
    let (pager, requests) = list(ids(0..150), true, |number, items: &mut Vec<u32>| {
        items.remove(0);
        items.extend([1000 + u32::try_from(number).unwrap(), 2000 + u32::try_from(number).unwrap()]);
    });
    let seen = all_settled(pager);
    assert_eq!(count(&requests), 6);
    let distinct: BTreeSet<u32> = seen.iter().copied().collect();
    assert_eq!(distinct.len(), seen.len());
    assert!((10..150).all(|id| distinct.contains(&id)), "what was always there is there");
}

#[test]
fn after_a_failure_the_same_page_is_asked_for_again() {
    let clock = virtual_clock();
    let transport = answering(|number, request| {
        assert!(request.uri().query().unwrap().starts_with("page=1&"));
        if number == 0 { answer(404, "{}") } else { answer(200, r#"{"items":[1],"total_count":1}"#) }
    });
    let api = things(&in_process(transport, &clock));
    let mut pager: Pager<Plain> = Pager::new(&api, api.get("ListThings", &["things"]));
    clock
        .block_on(async {
            assert!(pager.next_page().await.unwrap_err().is_not_found());
            assert_eq!(pager.next_page().await.unwrap().unwrap().items, [Plain(1)]);
            assert!(pager.next_page().await.unwrap().is_none() && !pager.may_have_missed());
        })
        .unwrap();
}

#[derive(Debug, Clone)]
struct Edit {
    after: usize,
    at: prop::sample::Index,
}

prop_compose! {
    fn edit()(after in 0usize..4, at: prop::sample::Index) -> Edit {
        Edit { after, at }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Insertions only, or deletions only, so that the length tells: no item twice, and no item silently missing.
    #[test]
    fn changes_give_no_duplicate_and_no_silent_gap(
        length in 0u32..350,
        insert: bool,
        edits in prop::collection::vec(edit(), 0..6),
    ) {
        let survivors = Arc::new(Mutex::new(ids(0..length)));
        let left = survivors.clone();
        let (pager, _) = list(ids(0..length), true, move |number, items| {
            for (name, edit) in edits.iter().enumerate().filter(|(_, edit)| edit.after == number) {
                if insert {
                    items.insert(edit.at.index(items.len() + 1), 10_000 + u32::try_from(name).unwrap());
                } else if !items.is_empty() {
                    items.remove(edit.at.index(items.len()));
                }
            }
            left.lock().unwrap().clone_from(items);
        });
        let (seen, may_have_missed) = read(pager);
        let distinct: BTreeSet<u32> = seen.iter().copied().collect();
        prop_assert_eq!(distinct.len(), seen.len());
        if insert {
            prop_assert!(may_have_missed || (0..length).all(|id| distinct.contains(&id)));
        } else {
            // Only what was deleted may be missing without a word.
            let survivors = survivors.lock().unwrap();
            prop_assert!(may_have_missed || survivors.iter().all(|id| distinct.contains(id)));
        }
    }
}

#[test]
fn a_page_reads_null_as_nothing_and_ignores_what_it_does_not_know() {
    for body in [json!({"items": null, "total_count": 0}), json!({"total_count": 0, "else": [1]}), json!({})]
    {
        let page: Page<Plain> = serde_json::from_value(body).unwrap();
        assert_eq!((page.items.len(), page.total_count), (0, 0));
    }
}
