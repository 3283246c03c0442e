//! What became of an apply.

use std::fmt::Write;
use std::time::Duration;

use console::style;
use evalap_topology::address::Address;
use evalap_topology::apply::{Failed, Outcome};
use evalap_topology::kinds::KindName;

use crate::progress::done;
use crate::target::Target;
use crate::text;

/// The longest bar of the timeline.
const WIDTH: f64 = 30.0;

/// The time each resource took, the critical path, and how long all of it took.
pub(crate) fn timeline(outcome: &Outcome, target: &Target, real: Duration) -> String {
    let mut out = String::new();
    // With a clock that stands still there is nothing to compare.
    if !outcome.took.is_zero() {
        times(&mut out, outcome);
    }
    let _ =
        write!(out, "\n{} in {}", text::count(outcome.done.len(), "change"), text::duration(outcome.took));
    if let Some(emulator) = target.emulator() {
        let _ = write!(
            out,
            " by the emulator's clock, {} by yours, with {} API requests",
            text::duration(real),
            emulator.requests().total()
        );
    }
    out
}

fn times(out: &mut String, outcome: &Outcome) {
    out.push_str("\nTimes\n");
    let mut steps: Vec<_> = outcome.done.iter().collect();
    steps.sort_by(|a, b| b.took.cmp(&a.took).then_with(|| a.address.cmp(&b.address)));
    let width = steps.iter().map(|step| step.address.to_string().len()).max().unwrap_or_default();
    for step in steps {
        let critical = if outcome.critical_path.contains(&step.address) { "●" } else { " " };
        let _ = writeln!(
            out,
            "  {critical} {:<width$}  {:<9} {:>12}  {}",
            step.address.to_string(),
            done(step.verb),
            text::duration(step.took),
            bar(step.began, step.took, outcome.took),
        );
    }
    let path: Vec<_> = outcome.critical_path.iter().map(ToString::to_string).collect();
    let on_path = outcome.done.iter().filter(|step| outcome.critical_path.contains(&step.address));
    let took: Duration = on_path.map(|step| step.took).sum();
    let _ = writeln!(out, "● critical path, {}: {}", text::duration(took), path.join(" → "));
}

/// When it was done, from the left edge to the right.
fn bar(began: Duration, took: Duration, all: Duration) -> String {
    if all.is_zero() {
        return String::new();
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to WIDTH")]
    let cells = |time: Duration| (time.as_secs_f64() / all.as_secs_f64() * WIDTH).clamp(0.0, WIDTH) as usize;
    let (start, end) = (cells(began), cells(began + took));
    format!("{}{}", " ".repeat(start), "━".repeat((end - start).max(1)))
}

/// What failed, why, what to do, and what was not begun.
pub(crate) fn failure(outcome: &Outcome, again: &str) -> String {
    let mut out = String::new();
    if !outcome.failed.is_empty() {
        let _ = writeln!(
            out,
            "\n{} {} of {} changes failed",
            style("error:").red().bold(),
            outcome.failed.len(),
            outcome.done.len() + outcome.failed.len() + outcome.skipped.len()
        );
    }
    // A state that cannot be written fails all that is under way.
    for alike in together(&outcome.failed, |failed| (failed.verb, &failed.error)) {
        let of = alike.iter().map(|failed| style(&failed.address).bold().to_string()).collect::<Vec<_>>();
        let _ = writeln!(out, "\n  {}: could not {}", of.join(", "), alike[0].verb);
        out.push_str(&text::indented(&alike[0].error, "    "));
        let mut remedies: Vec<_> = alike.into_iter().filter_map(remedy).collect();
        remedies.dedup();
        for remedy in remedies {
            let _ = writeln!(out, "    what to do: {remedy}");
        }
    }
    if outcome.stopped {
        let _ = writeln!(out, "\nStopped, as asked: what was under way is finished.");
    }
    if !outcome.skipped.is_empty() {
        let _ = writeln!(out, "\nNot begun: {}.", text::list(&outcome.skipped));
    }
    out.push_str(&unwritten(outcome));
    let _ = write!(
        out,
        "\nWhat is done is done and remembered ({}). `{again}` goes on from there",
        text::count(outcome.done.len(), "change")
    );
    out.push_str(if outcome.failed.is_empty() { "." } else { ", once the cause is mended." });
    out
}

/// What could not be written to the state's log, and what becomes of it; nothing where all was.
pub(crate) fn unwritten(outcome: &Outcome) -> String {
    let mut out = String::new();
    if !outcome.kept.is_empty() {
        let _ = writeln!(
            out,
            "\nThe state could not be written. What had been done is kept in {}: the next run on this machine merges it.",
            text::list(&outcome.kept)
        );
    }
    if let Some(because) = &outcome.locked {
        let _ = writeln!(
            out,
            "\nThe lock could not be given back: {because}. The next run on this machine takes it over; others must wait until its lease has ended."
        );
    }
    out
}

/// Those for which `of` is the same, together, in the order of the first of them.
fn together<'a, T, K: PartialEq>(all: &'a [T], of: impl Fn(&'a T) -> K) -> Vec<Vec<&'a T>> {
    let mut groups = Vec::<Vec<&'a T>>::new();
    for one in all {
        match groups.iter_mut().find(|group| of(group[0]) == of(one)) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

/// What to do about a change that failed, where that can be told.
fn remedy(failed: &Failed) -> Option<String> {
    let Failed { address, error, .. } = failed;
    let has = |words: &[&str]| words.iter().any(|word| error.to_lowercase().contains(word));
    if error.contains(NOT_FOUND) {
        return Some(gone(failed).to_owned());
    }
    if address.kind == KindName::Container && has(&["image", "pull"]) {
        return Some(image(address));
    }
    if address.kind == KindName::Container && has(&["is error", "is locked", "probe", "port"]) {
        let name = &address.name;
        return Some(format!(
            "look at the service's logs in Cockpit; does services.{name} listen on its `port`, and answer its probes in time?"
        ));
    }
    if address.kind == KindName::DatabaseInstance && has(&["is error", "is locked"]) {
        return Some(
            "look at it in Scaleway's console or ask its support; if it holds nothing that must be kept, --replace makes it anew"
                .to_owned(),
        );
    }
    if address.kind == KindName::DatabaseInstance
        && let Some(remedy) = database(error)
    {
        return Some(remedy);
    }
    if has(&["quotas_exceeded"]) {
        return Some("ask Scaleway for more quota in the console, or free some".to_owned());
    }
    if has(&["permissions_denied", "denied_authentication"]) {
        return Some("give the API key the rights that the message names, on this project".to_owned());
    }
    None
}

/// What to do about what the API refuses of a database, in the definition's words.
fn database(error: &str) -> Option<String> {
    const CHOOSE: &str = "write another `database.node_type` (or another region) into the definition: `scw rdb node-type list` shows which there are, and which are in stock";
    if let Some((_, rest)) = error.split_once("the setting \"") {
        let name = rest.split('"').next().unwrap_or_default();
        return Some(format!(
            "correct `{name}` in `database.settings` of the definition, or take it out: the message says what this version of the engine takes"
        ));
    }
    if error.contains("InstanceSettings: 400") {
        return Some(
            "correct `database.settings` in the definition: the message says what is refused".to_owned(),
        );
    }
    (error.contains("out_of_stock") || error.contains("node_type")).then(|| CHOOSE.to_owned())
}

/// What is in an error of the API that says so.
const NOT_FOUND: &str = ": 404 ";

/// What to do about what a plan took for there and is not.
fn gone(failed: &Failed) -> &'static str {
    match failed.verb {
        "create" => {
            "something that it is made in, or refers to, is gone: run again without --refresh=false, or plan again if this plan was kept"
        }
        _ => "it is gone: run again without --refresh=false, or plan again if this plan was kept",
    }
}

fn image(address: &Address) -> String {
    format!(
        "push the image that services.{}.image names, or correct the name; is the registry private, and in this project?",
        address.name
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_is_told_once() {
        let failed = [("secret.a", "away"), ("container.b", "no image"), ("secret.c", "away")];
        let groups = together(&failed, |failed| failed.1).into_iter();
        let names = groups.map(|group| group.into_iter().map(|failed| failed.0).collect());
        assert_eq!(names.collect::<Vec<Vec<_>>>(), [vec!["secret.a", "secret.c"], vec!["container.b"]]);
    }

    #[test]
    fn what_is_refused_of_a_database_is_said_in_the_definitions_words() {
        let setting = "the setting \"work_memm\" of the database is refused\nAddInstanceSettings: 400 invalid_arguments";
        let told = database(setting).unwrap();
        assert!(told.contains("`work_memm` in `database.settings`"), "{told}");
        assert!(database("SetInstanceSettings: 400 invalid").unwrap().contains("`database.settings`"));
        for refused in
            ["CreateInstance: 412 out_of_stock", "UpgradeInstance: 400 invalid_arguments: node_type"]
        {
            assert!(database(refused).unwrap().contains("`database.node_type`"), "{refused}");
        }
        assert_eq!(database("CreateInstance: 403 permissions_denied"), None);
    }

    #[test]
    fn bars_lie_where_their_time_was() {
        let second = Duration::from_secs;
        assert_eq!(bar(second(5), second(5), second(10)), format!("{}{}", " ".repeat(15), "━".repeat(15)));
        assert_eq!(bar(second(0), second(0), second(10)), "━");
        assert_eq!(bar(second(0), second(0), second(0)), "");
    }
}
