//! The program over recordings: ours, Scaleway's where present, and some that it must not believe.

use std::path::Path;
use std::process::Command;

use crate::{fixtures, wire};

/// What the program prints about a folder, and whether it is content.
fn decode(folder: &Path) -> (Vec<String>, bool) {
    let output = Command::new(env!("CARGO_BIN_EXE_conformance")).arg("decode").arg(folder).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (text.lines().map(str::to_owned).collect(), output.status.success())
}

/// What the program prints about one recording of these lines.
fn decode_lines(lines: &[&str]) -> (Vec<String>, bool) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("product")).unwrap();
    std::fs::write(folder.path().join("product/recording.jsonl"), lines.join("\n")).unwrap();
    std::fs::write(folder.path().join("timings.json"), "no recording").unwrap();
    decode(folder.path())
}

fn get(path: &str, code: u16, response: &str) -> String {
    format!(
        r#"{{"verb":"GET","path":"{path}","query":null,"request":null,"code":{code},"response":{response}}}"#
    )
}

const REPLICA: &str = "/rdb/v1/regions/fr-par/read-replicas/replica-1";

#[test]
fn nothing_of_the_recordings_is_lost() {
    for folder in [Some(fixtures()), wire()].into_iter().flatten() {
        let (lines, content) = decode(&folder);
        let last = lines.last().unwrap();
        println!("{}: {last}", folder.display());
        assert!(content, "{}", lines.join("\n"));
        assert!(!last.starts_with("decoded 0/") && last.ends_with("unrouted 0"), "{last}");
    }
}

#[test]
fn a_failing_exchange_is_a_line_that_says_where_and_what() {
    let replica =
        r#"{"id":"replica-1","endpoints":[],"status":"came_later","region":"fr-par","same_zone":true,
        "instance_id":"instance-1""#
            .replace('\n', "");
    let answers = [
        format!("{replica},\"came/later\":[1]}}"),
        format!("{replica}}}").replace("true", "\"yes\""),
        format!("{replica}}}").replace(r#""id":"replica-1","#, ""),
        format!("{replica}}}"),
    ];
    let lines = answers.map(|answer| get(REPLICA, 200, &answer));
    let (lines, content) = decode_lines(&lines.each_ref().map(String::as_str));
    let ends = [
        ":1: GetReadReplica response /came~1later: expected [1], got nothing",
        r#":2: GetReadReplica response /same_zone: expected a boolean, got "yes""#,
        ":3: GetReadReplica response /id: expected a value, got nothing",
    ];
    for (line, end) in lines.iter().zip(ends) {
        assert!(line.ends_with(&format!("product/recording.jsonl{end}")), "{line}");
    }
    assert_eq!(lines.last().unwrap(), "decoded 2/4 lossless 1/4 unrouted 0");
    assert!(!content);
}

#[test]
fn a_query_is_compared_too() {
    let line = get("/registry/v1/regions/fr-par/images", 200, r#"{"images":[],"total_count":0}"#);
    let with = |query: &str| line.replace(r#""query":null"#, &format!(r#""query":"{query}""#));
    let fine = with("page=2&page_size=50&order_by=came_later&name=a%2Bb");
    let (lines, content) = decode_lines(&[&fine, &with("name=a&colour=red"), &fine]);
    assert!(
        lines[0].ends_with(r#":2: ListImages query colour: expected "red", got nothing"#),
        "{}",
        lines[0]
    );
    assert_eq!(lines.last().unwrap(), "decoded 3/3 lossless 2/3 unrouted 0");
    assert!(!content);
}

#[test]
fn a_boolean_of_a_query_may_be_spelled_as_python_does() {
    let line = get("/rdb/v1/regions/fr-par/instances", 200, r#"{"instances":[],"total_count":0}"#);
    let with = |query: &str| line.replace(r#""query":null"#, &format!(r#""query":"{query}""#));
    let (lines, content) = decode_lines(&[&with("has_maintenances=False&tags=a&tags=b"), &with("name=True")]);
    assert!(content, "{lines:?}");
    assert!(lines.contains(&"allowed 1: boolean spelled otherwise".into()), "{lines:?}");
    let (lines, content) = decode_lines(&[&with("has_maintenances=No")]);
    assert!(!content, "{lines:?}");
}

#[test]
fn what_is_out_of_scope_is_counted_apart_and_what_should_be_known_is_not() {
    let older = get("/containers/v1beta1/regions/fr-par/namespaces", 200, r#"{"anything":1}"#);
    let elsewhere = get("/instance/v1/zones/fr-par-1/servers", 200, r#"{"servers":[]}"#);
    let (lines, content) = decode_lines(&[&older, &elsewhere]);
    assert!(lines.contains(&"out of scope: containers v1beta1 1, other products 1".into()), "{lines:?}");
    assert_eq!(lines.last().unwrap(), "decoded 0/0 lossless 0/0 unrouted 0");
    assert!(content);

    let unknown = get("/rdb/v2/regions/fr-par/instances", 200, "{}");
    let (lines, content) = decode_lines(&[&unknown]);
    assert!(lines[0].ends_with(":1: unrouted GET /rdb/v2/regions/fr-par/instances"), "{}", lines[0]);
    assert_eq!(lines.last().unwrap(), "decoded 0/0 lossless 0/0 unrouted 1");
    assert!(!content);
}

#[test]
fn what_is_no_json_is_reported() {
    let page = get(REPLICA, 200, "\"<html>\"");
    let (lines, content) = decode_lines(&["<html>", "{\"verb\":1}", "[]", "\u{0}", "", &page]);
    assert_eq!(lines.last().unwrap(), "decoded 0/5 lossless 0/5 unrouted 0");
    assert!(lines[0].contains("recording.jsonl:1: expected an exchange"), "{}", lines[0]);
    assert!(
        lines[4]
            .ends_with(":6: GetReadReplica response (whole): expected struct ReadReplica, got \"<html>\"")
    );
    assert!(!content);
}

#[test]
fn no_body_may_be_spelled_in_several_ways() {
    let deletion = |request: &str, response: &str| {
        get("/vpc/v2/regions/fr-par/vpcs/vpc-1", 204, response)
            .replace("GET", "DELETE")
            .replace(r#""request":null"#, &format!(r#""request":{request}"#))
    };
    let lines = [deletion("null", "null"), deletion("{}", "{}"), deletion(r#""""#, r#""""#)];
    let (said, content) = decode_lines(&lines.each_ref().map(String::as_str));
    assert!(content, "{said:?}");
    // Something where nothing belongs is something all the same.
    let (said, content) = decode_lines(&[&deletion(r#"{"force":true}"#, "null")]);
    assert!(!content, "{said:?}");
}

#[test]
fn an_error_may_be_a_gateways_text() {
    let gateway = get(REPLICA, 502, "\"<html>Bad Gateway</html>\"");
    let later =
        get(REPLICA, 403, r#"{"type":"came_later","message":"no","details":[{"action":"came_later"}]}"#);
    let (lines, content) = decode_lines(&[&gateway, &get(REPLICA, 503, "null"), &later]);
    assert!(lines.contains(&"allowed 2: error in plain text".into()), "{lines:?}");
    assert!(content, "{lines:?}");
    let unknown = get(REPLICA, 403, r#"{"message":"no","cause":{"quota":1}}"#);
    let (lines, content) = decode_lines(&[&unknown]);
    assert!(lines[0].contains("response /cause: expected"), "{}", lines[0]);
    assert!(!content);
}
