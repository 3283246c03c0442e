//! Lifecycles: what becomes of objects with time. Looked after at midnight, as the real one does.

use std::time::Duration;

use scaleway_core::Timestamp;

use super::bucket::{self, Bucket, Versioning};
use super::multipart;
use super::version::{self, Version};
use super::xml::Element;
use crate::world::World;

const DAY: Duration = Duration::from_hours(24);

/// Lets happen what rules say, by each midnight that has passed. A long jump of the clock is one look: what a rule did
/// then counts from now.
pub(crate) fn look(world: &mut World) {
    let now = world.now();
    let midnight = midnight(now);
    if world.last_midnight >= Some(midnight) {
        return;
    }
    world.last_midnight = Some(midnight);
    let buckets = world.store.all(bucket::KIND).filter_map(|(_, record)| bucket::read(record));
    let buckets: Vec<(Bucket, Element)> =
        buckets.filter_map(|bucket| bucket.setting("lifecycle").map(|rules| (bucket, rules))).collect();
    for (bucket, rules) in buckets {
        for rule in rules.all("Rule").filter(|rule| rule.value("Status") == Some("Enabled")) {
            carry_out(world, &bucket, rule, midnight);
        }
    }
}

/// The midnight (UTC) that was last.
fn midnight(at: Timestamp) -> Timestamp {
    let day = 24 * 60 * 60 * 1000;
    Timestamp::from_unix_millis(at.as_unix_millis().div_euclid(day) * day)
}

fn carry_out(world: &mut World, bucket: &Bucket, rule: &Element, midnight: Timestamp) {
    let is_due = |since: Timestamp, days: u32| since + DAY * days <= midnight;
    let number = |path: &[&str]| rule.at(path).and_then(|text| text.parse::<u32>().ok());
    let date = |path: &[&str]| rule.at(path).and_then(|text| text.parse::<Timestamp>().ok());
    let current_days = number(&["Expiration", "Days"]);
    let current_date = date(&["Expiration", "Date"]).filter(|date| *date <= midnight);
    let old_days = number(&["NoncurrentVersionExpiration", "NoncurrentDays"]);
    let newer =
        number(&["NoncurrentVersionExpiration", "NewerNoncurrentVersions"]).unwrap_or_default() as usize;
    let drops_markers = rule.at(&["Expiration", "ExpiredObjectDeleteMarker"]) == Some("true");
    let transitions: Vec<(u32, String)> = rule
        .all("Transition")
        .filter_map(|to| Some((to.value("Days")?.parse().ok()?, to.value("StorageClass")?.to_owned())))
        .collect();

    for (key, versions) in keys(world, &bucket.name) {
        // Of one key: newest first.
        let mut became_old = None;
        let mut olds = 0;
        let count = versions.len();
        for (n, (id, mut version)) in versions.into_iter().enumerate() {
            let modified = version.last_modified;
            let fits = version.is_delete_marker || concerns(rule, &version);
            if n == 0 && version.is_delete_marker {
                if drops_markers && count == 1 && is_prefixed(rule, &key) {
                    world.store.remove(version::KIND, &id);
                }
            } else if n == 0 {
                let expires =
                    current_days.is_some_and(|days| is_due(modified, days)) || current_date.is_some();
                if fits && expires && !is_locked(world, bucket, &version) {
                    expire(world, bucket, &id, &key);
                } else if let Some((_, class)) =
                    transitions.iter().rev().find(|(days, _)| fits && is_due(modified, *days))
                    && version.storage_class != *class
                {
                    version.storage_class.clone_from(class);
                    version::keep(world, &id, &version);
                }
            } else {
                let since = became_old.unwrap_or(modified);
                let expires = old_days.is_some_and(|days| is_due(since, days)) && olds >= newer;
                olds += 1;
                if fits && expires && is_prefixed(rule, &key) && !version.is_held(world.now()) {
                    world.store.remove(version::KIND, &id);
                }
            }
            became_old = Some(modified);
        }
    }
    if let Some(days) = number(&["AbortIncompleteMultipartUpload", "DaysAfterInitiation"]) {
        let start = version::start(&bucket.name, "");
        let all = multipart::uploads(&world.store, &bucket.name, &start);
        let due =
            all.filter(|(_, upload)| is_due(upload.initiated, days) && is_prefixed(rule, &upload.draft.key));
        let due: Vec<String> = due.map(|(id, _)| id.to_owned()).collect();
        for id in due {
            multipart::forget(world, &id);
        }
    }
}

/// An expired object goes; in a bucket with versions it is marked as deleted, and stays.
fn expire(world: &mut World, bucket: &Bucket, id: &str, key: &str) {
    if bucket.versioning == Versioning::Off {
        world.store.remove(version::KIND, id);
    } else {
        let marker = Version { is_delete_marker: true, ..Version::draft(&bucket.name, key) };
        version::insert(world, bucket, marker, Vec::new());
    }
}

/// Locks keep versions; that one more marks the object as deleted, they do not hinder.
fn is_locked(world: &World, bucket: &Bucket, version: &Version) -> bool {
    bucket.versioning == Versioning::Off && version.is_held(world.now())
}

/// Every key of a bucket with its versions.
fn keys(world: &World, bucket: &str) -> Vec<(String, Vec<(String, Version)>)> {
    let mut keys: Vec<(String, Vec<(String, Version)>)> = Vec::new();
    let records = world.store.from(version::KIND, &version::start(bucket, ""));
    for (id, record) in records.take_while(|(id, _)| version::is_in(id, bucket)) {
        let Some(version) = version::read(record) else { continue };
        match keys.last_mut().filter(|(key, _)| *key == version.key) {
            Some((_, versions)) => versions.push((id.to_owned(), version)),
            None => keys.push((version.key.clone(), vec![(id.to_owned(), version)])),
        }
    }
    keys
}

fn is_prefixed(rule: &Element, key: &str) -> bool {
    let prefix = rule.value("Prefix").or_else(|| rule.at(&["Filter", "Prefix"]));
    let prefix = prefix.or_else(|| rule.at(&["Filter", "And", "Prefix"]));
    key.starts_with(prefix.unwrap_or_default())
}

/// Whether a rule's filter takes in an object: its key, its tags, its size.
fn concerns(rule: &Element, version: &Version) -> bool {
    let filter = rule.child("Filter");
    let all = filter.and_then(|filter| filter.child("And")).or(filter);
    let Some(all) = all else { return is_prefixed(rule, &version.key) };
    let size = |name| all.value(name).and_then(|text| text.parse::<u64>().ok());
    let has_tag = |tag: &Element| {
        let value = tag.value("Key").and_then(|key| version.tags.get(key));
        value.map(String::as_str) == Some(tag.value("Value").unwrap_or_default())
    };
    is_prefixed(rule, &version.key)
        && all.all("Tag").all(has_tag)
        && size("ObjectSizeGreaterThan").is_none_or(|least| version.size > least)
        && size("ObjectSizeLessThan").is_none_or(|most| version.size < most)
}

/// Every rule has a status, says what it is about, and does something.
pub(super) fn is_valid(sent: &Element) -> bool {
    let is_number = |text: Option<&str>| text.is_none_or(|text| text.parse::<u32>().is_ok_and(|n| n > 0));
    let is_rule = |rule: &Element| {
        let acts = [
            "Expiration",
            "Transition",
            "NoncurrentVersionExpiration",
            "NoncurrentVersionTransition",
            "AbortIncompleteMultipartUpload",
        ];
        matches!(rule.value("Status"), Some("Enabled" | "Disabled"))
            && (rule.child("Filter").is_some() || rule.child("Prefix").is_some())
            && acts.iter().any(|act| rule.child(act).is_some())
            && is_number(rule.at(&["Expiration", "Days"]))
            && is_number(rule.at(&["NoncurrentVersionExpiration", "NoncurrentDays"]))
            && is_number(rule.at(&["AbortIncompleteMultipartUpload", "DaysAfterInitiation"]))
    };
    sent.child("Rule").is_some() && sent.all("Rule").all(is_rule)
}
