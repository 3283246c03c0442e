//! Transitions, families, and what is told of changes.

use super::*;
use std::time::Duration;

const PARENT: Kind = Kind { collection: "test.parents", resource: "parent" };
const CHILD: Kind = Kind { collection: "test.children", resource: "child" };

fn at(seconds: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn becomes(seconds: u64, status: &str) -> Transition {
    let body = Body::from_iter([("status".to_owned(), status.into()), ("gone".to_owned(), Value::Null)]);
    Transition { at: at(seconds), effect: Effect::Set { body, hidden: Body::new() } }
}

fn family() -> Store {
    let mut store = Store::default();
    store.insert(PARENT, "p", Record::default());
    let parent = Some((PARENT.collection.into(), "p".into()));
    store.insert(CHILD, "c", Record { parent, ..Record::default() });
    store
}

#[test]
fn transitions_follow_each_other_and_a_new_plan_replaces_the_old_one() {
    let mut store = family();
    store.get_mut(CHILD, "c").unwrap().body.insert("gone".into(), 1.into());
    store.schedule(CHILD, "c", vec![becomes(10, "a"), becomes(20, "b")]);
    store.settle(at(9));
    assert_eq!(store.get(CHILD, "c").unwrap().status(), "");
    store.settle(at(30));
    let child = store.get(CHILD, "c").unwrap();
    assert_eq!((child.status(), child.body.get("gone")), ("b", None));
    store.schedule(CHILD, "c", vec![becomes(40, "old")]);
    store.schedule(CHILD, "c", vec![becomes(50, "new")]);
    store.settle(at(45));
    assert_eq!(store.get(CHILD, "c").unwrap().status(), "b");
    store.settle(at(50));
    assert_eq!(store.get(CHILD, "c").unwrap().status(), "new");
}

#[test]
fn who_is_to_be_woken_is_told_one_by_one_in_order() {
    let mut store = family();
    let wake = |seconds| Transition { at: at(seconds), effect: Effect::Wake };
    store.schedule(CHILD, "c", vec![becomes(5, "a"), wake(10), becomes(20, "b")]);
    store.schedule(PARENT, "p", vec![wake(15)]);
    let first = store.settle(at(30)).unwrap();
    assert_eq!((first.at, first.id.as_str()), (at(10), "c"));
    assert_eq!(store.get(CHILD, "c").unwrap().status(), "a");
    assert_eq!(store.settle(at(30)).unwrap().id, "p");
    assert_eq!(store.settle(at(30)), None);
    assert_eq!(store.get(CHILD, "c").unwrap().status(), "b");
}

#[test]
fn what_is_gone_is_due_no_more() {
    let mut store = family();
    store.schedule(CHILD, "c", vec![becomes(1_000_000, "a")]);
    store.remove(PARENT, "p");
    assert!(store.due.is_empty() && store.children.is_empty(), "{store:?}");
}

#[test]
fn what_is_told_of_changes_makes_the_same_world() {
    let mut store = family();
    store.schedule(PARENT, "p", vec![Transition { at: at(10), effect: Effect::Delete }]);
    let mut copy = Store::default();
    copy.replay(store.take_changes(at(1)).unwrap());
    assert!(store.take_changes(at(1)).is_none(), "told once");
    assert_eq!(copy.children(PARENT, "p", CHILD), ["c"]);
    copy.settle(at(10));
    assert!(copy.get(CHILD, "c").is_none(), "transitions and parents are part of it");
    let last = copy.take_changes(at(10)).unwrap();
    store.replay(last);
    assert!(store.get(PARENT, "p").is_none() && store.get(CHILD, "c").is_none());
}
