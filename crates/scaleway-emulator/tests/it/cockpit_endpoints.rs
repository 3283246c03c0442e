//! The own addresses of Cockpit's data sources: who may do what, what is written, what is found.

use bytes::Bytes;
use prost::Message;
use serde_json::{Value, json};

use crate::desk::{CONTAINERS, Desk, PROJECT, start};

const COCKPIT: &str = "/cockpit/v1/regions/fr-par";

/// A data source with a token of every scope.
pub(crate) struct Source {
    pub(crate) id: String,
    url: String,
    token: String,
}

impl Source {
    pub(crate) fn new(desk: &Desk, of: &str) -> Self {
        let request = json!({"project_id": PROJECT, "name": "evalap", "type": of});
        let made = desk.ok("POST", &format!("{COCKPIT}/data-sources"), request);
        let scopes = ["write_only", "read_only"].map(|scope| format!("{scope}_{of}"));
        let scopes = [scopes[0].clone(), scopes[1].clone(), format!("full_access_{of}_rules")];
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        Self { id: text("id"), url: text("url"), token: token(desk, &json!(scopes)) }
    }

    pub(crate) fn send(
        &self,
        desk: &Desk,
        verb: &str,
        path: &str,
        of: &str,
        body: impl Into<Bytes>,
    ) -> (u16, String) {
        let request = http::Request::builder().method(verb).uri(format!("{}{path}", self.url));
        let request = request.header("X-Token", &self.token).header("Content-Type", of);
        let answer = desk.send(request.body(body.into()).unwrap()).unwrap();
        (answer.status().as_u16(), String::from_utf8(answer.body().to_vec()).unwrap())
    }

    /// A question with its parameters, encoded here.
    fn ask(&self, desk: &Desk, path: &str, query: &[(&str, &str)]) -> (u16, String) {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        self.send(desk, "GET", &format!("{path}?{query}"), "", "")
    }

    pub(crate) fn data(&self, desk: &Desk, path: &str, query: &[(&str, &str)]) -> Value {
        let (status, answer) = self.ask(desk, path, query);
        assert_eq!(status, 200, "{path} {query:?}: {answer}");
        serde_json::from_str::<Value>(&answer).unwrap()["data"].clone()
    }

    /// Writes a value of now by OTLP.
    pub(crate) fn write(&self, desk: &Desk, name: &str, label: &str, value: f64) {
        let attributes = json!([{"key": "env.name", "value": {"stringValue": label}}]);
        let point = json!({"timeUnixNano": nanos(desk), "asDouble": value, "attributes": attributes});
        let metrics = json!([{"name": name, "gauge": {"dataPoints": [point]}}]);
        let body = json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}).to_string();
        let answer = self.send(desk, "POST", "/otlp/v1/metrics", "application/json", body);
        assert_eq!(answer, (200, "{}".into()));
    }

    pub(crate) fn log(&self, desk: &Desk, app: &str, line: &str) {
        let body =
            json!({"streams": [{"stream": {"app": app}, "values": [[nanos(desk), line]]}]}).to_string();
        let answer = self.send(desk, "POST", "/loki/api/v1/push", "application/json", body);
        assert_eq!(answer, (204, String::new()));
    }
}

fn token(desk: &Desk, scopes: &Value) -> String {
    let request = json!({"project_id": PROJECT, "name": "agent", "token_scopes": scopes});
    let made = desk.ok("POST", &format!("{COCKPIT}/tokens"), request);
    made["secret_key"].as_str().unwrap().to_owned()
}

fn nanos(desk: &Desk) -> String {
    desk.clock.now().since(scaleway_core::Timestamp::UNIX_EPOCH).as_nanos().to_string()
}

const QUERY: &str = "/prometheus/api/v1/query";
const RANGE: &str = "/loki/api/v1/query_range";

#[test]
fn a_token_opens_what_its_scopes_say() {
    let desk = Desk::instant();
    let mut source = Source::new(&desk, "metrics");
    let ask = |source: &Source| source.ask(&desk, QUERY, &[("query", "up")]).0;
    assert_eq!(ask(&source), 200);
    source.token = token(&desk, &json!(["write_only_metrics", "read_only_logs"]));
    let (status, why) = source.ask(&desk, QUERY, &[("query", "up")]);
    assert_eq!((status, why.contains("read_only_metrics")), (403, true), "{why}");
    let listed = desk.ok("GET", &format!("{COCKPIT}/tokens?project_id={PROJECT}"), Value::Null);
    assert!(!listed.to_string().contains(&source.token), "a secret is answered once");
    let id = listed["tokens"][1]["id"].as_str().unwrap();
    desk.ask("DELETE", &format!("{COCKPIT}/tokens/{id}"), Value::Null);
    assert_eq!(ask(&source), 401);
    source.token = String::new();
    assert_eq!(ask(&source), 401);
}

#[test]
fn a_token_is_given_in_any_of_three_headers_and_counts_in_its_project_alone() {
    let desk = Desk::instant();
    let source = Source::new(&desk, "metrics");
    let status = |header: &str, value: &str| {
        let request = http::Request::get(format!("{}{QUERY}?query=up", source.url)).header(header, value);
        desk.send(request.body(Bytes::new()).unwrap()).unwrap().status().as_u16()
    };
    let bearer = format!("Bearer {}", source.token);
    for (header, value) in
        [("X-Token", &source.token), ("X-Auth-Token", &source.token), ("Authorization", &bearer)]
    {
        assert_eq!(status(header, value), 200, "{header}");
    }
    let request = json!({"project_id": "elsewhere", "name": "agent", "token_scopes": ["read_only_metrics"]});
    let made = desk.ok("POST", &format!("{COCKPIT}/tokens"), request);
    assert_eq!(status("X-Token", made["secret_key"].as_str().unwrap()), 403);
}

#[test]
fn a_data_source_that_is_gone_has_no_address() {
    let desk = Desk::instant();
    let source = Source::new(&desk, "logs");
    let (status, _) = source.send(&desk, "GET", "/loki/api/v1/tail", "", "");
    assert_eq!(status, 501, "what is not known says so");
    desk.ask("DELETE", &format!("{COCKPIT}/data-sources/{}", source.id), Value::Null);
    let request =
        http::Request::get(format!("{}/loki/api/v1/labels", source.url)).body(Bytes::new()).unwrap();
    assert!(desk.send(request).is_err());
}

#[test]
fn what_is_written_by_otlp_is_found_now_and_over_time() {
    let desk = Desk::instant();
    let source = Source::new(&desk, "metrics");
    for (value, env) in [(1.0, "staging"), (4.0, "production")] {
        source.write(&desk, "queue.length", env, value);
    }
    desk.wait(60);
    source.write(&desk, "queue.length", "staging", 3.0);
    let found = source.data(&desk, QUERY, &[("query", "sum(queue_length)")]);
    assert_eq!(found["resultType"], "vector");
    assert_eq!(found["result"][0]["value"][1], "7");
    assert_eq!(found["result"][0]["value"][0], json!(1_788_249_660.5));

    let now = desk.clock.now().to_string();
    let query = [
        ("query", "queue_length{env_name=\"staging\"} > 0"),
        ("start", &*start().to_string()),
        ("end", &now),
        ("step", "30s"),
    ];
    let found = source.data(&desk, "/prometheus/api/v1/query_range", &query);
    let values = found["result"][0]["values"].as_array().unwrap();
    let values: Vec<_> = values.iter().map(|point| point[1].as_str().unwrap()).collect();
    assert_eq!((&found["resultType"], values), (&json!("matrix"), vec!["1", "1", "3"]));

    assert_eq!(source.data(&desk, "/prometheus/api/v1/labels", &[]), json!(["__name__", "env_name"]));
    let envs = source.data(&desk, "/prometheus/api/v1/label/env_name/values", &[]);
    assert_eq!(envs, json!(["production", "staging"]));
    let series =
        source.data(&desk, "/prometheus/api/v1/series", &[("match[]", "queue_length{env_name=~\"s.*\"}")]);
    assert_eq!(series, json!([{"__name__": "queue_length", "env_name": "staging"}]));
}

#[test]
fn a_question_can_be_posted_as_a_form() {
    let desk = Desk::instant();
    let source = Source::new(&desk, "metrics");
    let answer =
        source.send(&desk, "POST", QUERY, "application/x-www-form-urlencoded", "query=1%2B1&time=1.5");
    let expected = json!({"status": "success", "data": {"resultType": "scalar", "result": [1.5, "2"]}});
    assert_eq!((answer.0, serde_json::from_str::<Value>(&answer.1).unwrap()), (200, expected));
}

#[test]
fn a_question_that_cannot_be_answered_is_refused_as_bad_data() {
    let desk = Desk::instant();
    let source = Source::new(&desk, "metrics");
    for (query, why) in [
        ("up{", "invalid parameter \"query\""),
        ("topk(1, up)", "the emulator does not evaluate topk"),
        ("rate(up)", "invalid parameter \"query\""),
    ] {
        let (status, answer) = source.ask(&desk, QUERY, &[("query", query)]);
        let refusal: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(
            (status, &refusal["status"], &refusal["errorType"]),
            (400, &json!("error"), &json!("bad_data"))
        );
        assert!(refusal["error"].as_str().unwrap().contains(why), "{query}: {refusal}");
    }
    let range = |end: &str, step: &str| {
        let query = [("query", "up"), ("start", "0"), ("end", end), ("step", step)];
        source.ask(&desk, "/prometheus/api/v1/query_range", &query).0
    };
    assert_eq!(
        (range("11000", "1"), range("11001", "1"), range("60", "0"), range("", "1")),
        (200, 400, 400, 400)
    );
}

#[derive(Message)]
struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    series: Vec<TimeSeries>,
}

#[derive(Message)]
struct TimeSeries {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
}

#[derive(Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Message)]
struct Sample {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    at: i64,
}

#[test]
fn an_agent_writes_by_remote_write() {
    let desk = Desk::instant();
    let source = Source::new(&desk, "metrics");
    desk.wait(600);
    let now = desk.clock.now().as_unix_millis();
    let samples =
        (0..=20).map(|n| Sample { value: f64::from(n) * 30.0, at: now - i64::from(20 - n) * 15_000 });
    let label = |name: &str, value: &str| Label { name: name.into(), value: value.into() };
    let labels = vec![label("__name__", "hits_total"), label("path", "/")];
    let request = WriteRequest { series: vec![TimeSeries { labels, samples: samples.collect() }] };
    let body = snap::raw::Encoder::new().compress_vec(&request.encode_to_vec()).unwrap();
    let answer = source.send(&desk, "POST", "/api/v1/push", "application/x-protobuf", body.clone());
    assert_eq!(answer, (200, String::new()));
    source.send(&desk, "POST", "/api/v1/push", "application/x-protobuf", body);
    let found = source.data(&desk, QUERY, &[("query", "rate(hits_total[2m])")]);
    assert_eq!(
        (&found["result"][0]["metric"], &found["result"][0]["value"][1]),
        (&json!({"path": "/"}), &json!("2"))
    );
    let found = source.data(&desk, QUERY, &[("query", "count_over_time(hits_total[1h])")]);
    assert_eq!(found["result"][0]["value"][1], "21", "what is written twice is there once");
    assert_eq!(source.send(&desk, "POST", "/api/v1/push", "", "no snappy").0, 400);
}

#[test]
fn lines_are_found_by_labels_filters_and_time() {
    let desk = Desk::instant();
    let source = Source::new(&desk, "logs");
    for (app, line) in
        [("api", "GET / 200"), ("api", "GET /x 500 error"), ("web", "error"), ("api", "POST / 502 error")]
    {
        desk.wait(1);
        source.log(&desk, app, line);
    }
    let lines = |query: &[(&str, &str)]| -> Vec<String> {
        let found = source.data(&desk, RANGE, query);
        assert_eq!(found["resultType"], "streams");
        let streams = found["result"].as_array().unwrap().iter();
        let lines = streams.flat_map(|stream| stream["values"].as_array().unwrap());
        lines.map(|line| line[1].as_str().unwrap().to_owned()).collect()
    };
    desk.wait(1);
    let errors = ("query", "{app=\"api\"} |= \"error\" != \"/x\"");
    assert_eq!(lines(&[errors]), ["POST / 502 error"]);
    let all = ("query", "{app=~\"api|web\"} |~ \"error$\"");
    assert_eq!(lines(&[all, ("limit", "2")]), ["POST / 502 error", "error"]);
    assert_eq!(lines(&[all, ("limit", "1"), ("direction", "forward")]), ["GET /x 500 error"]);
    let end = (start() + std::time::Duration::from_secs(2)).to_string();
    assert_eq!(lines(&[all, ("end", &end)]), [""; 0], "the end is not part of it");
    assert_eq!(source.data(&desk, "/loki/api/v1/label/app/values", &[]), json!(["api", "web"]));

    let counted = [("query", "sum by (app) (count_over_time({app=~\".+\"} |= \"error\" [1m]))")];
    let found = source.data(&desk, "/loki/api/v1/query", &counted);
    let counts: Vec<_> =
        found["result"].as_array().unwrap().iter().map(|s| (&s["metric"]["app"], &s["value"][1])).collect();
    assert_eq!(counts, [(&json!("api"), &json!("2")), (&json!("web"), &json!("1"))]);
    let rate = source.data(&desk, "/loki/api/v1/query", &[("query", "rate({app=\"web\"}[10s])")]);
    assert_eq!(rate["result"][0]["value"][1], "0.1");
}

#[test]
fn what_loki_does_not_take_is_refused_in_plain_text() {
    let desk = Desk::instant();
    let source = Source::new(&desk, "logs");
    let push =
        |body: Value| source.send(&desk, "POST", "/loki/api/v1/push", "application/json", body.to_string());
    let (status, why) = push(json!({"streams": [{"stream": {}, "values": [["0", "x"]]}]}));
    assert_eq!((status, &*why), (400, "error at least one label pair is required per stream"));
    assert_eq!(push(json!({"streams": [{"stream": {"a": "b"}, "values": [["now", "x"]]}]})).0, 400);
    let labels: serde_json::Map<_, _> = (0..31).map(|n| (format!("l{n}"), json!("v"))).collect();
    assert_eq!(push(json!({"streams": [{"stream": labels, "values": [["0", "x"]]}]})).0, 400);
    for query in [("query", "{app=\"a\"} | json"), ("limit", "5001"), ("direction", "up")] {
        let (status, why) = source.ask(&desk, RANGE, &[("query", "{app=\"a\"}"), query]);
        let (status, why) =
            if query.0 == "query" { source.ask(&desk, RANGE, &[query]) } else { (status, why) };
        assert!(status == 400 && serde_json::from_str::<Value>(&why).is_err(), "{query:?}: {status} {why}");
    }
    let (status, why) = source.ask(&desk, "/loki/api/v1/query", &[("query", "{app=\"a\"}")]);
    assert!(status == 400 && why.contains("instant query"), "{why}");
}

#[test]
fn the_platforms_own_source_measures_the_containers_of_the_default_project() {
    let desk = Desk::with(|builder| builder.organization(PROJECT));
    let namespace = desk.namespace("evalap");
    let container =
        json!({"namespace_id": namespace, "name": "api", "image": "rg.fr-par.scw.cloud/evalap/api:1"});
    let made = desk.ok("POST", &format!("{CONTAINERS}/containers"), container);
    desk.wait(60);
    let container = desk.get(&format!("{CONTAINERS}/containers/{}", made["id"].as_str().unwrap())).1;
    for _ in 0..6 {
        desk.wait(30);
        let address = container["public_endpoint"].as_str().unwrap();
        desk.send(http::Request::get(address).body(Bytes::new()).unwrap()).unwrap();
    }
    let list = format!("{COCKPIT}/data-sources?project_id={PROJECT}&origin=scaleway");
    let platforms = desk.get(&list).1["data_sources"][0].clone();
    let text = |field: &str| platforms[field].as_str().unwrap().to_owned();
    let token = token(&desk, &json!(["read_only_metrics"]));
    let source = Source { id: text("id"), url: text("url"), token };
    let value = |query: &str| source.data(&desk, QUERY, &[("query", query)])["result"][0].clone();
    let ready = value("serverless_container_status{status=\"ready\"} == 1");
    assert_eq!(
        (&ready["metric"]["resource_name"], &ready["metric"]["resource_id"]),
        (&json!("api"), &made["id"])
    );
    assert_eq!(
        value("serverless_container_memory_limit_bytes")["value"][1],
        made["memory_limit_bytes"].to_string()
    );
    let requests = "sum(rate(serverless_container_requests_total{status_code=\"200\"}[2m]))";
    let rate: f64 = value(requests)["value"][1].as_str().unwrap().parse().unwrap();
    assert!((rate - 1.0 / 30.0).abs() < 0.01, "{rate}");
    assert_eq!(value("serverless_container_status{status=\"error\"} == 1"), Value::Null);

    let own = Source::new(&desk, "metrics");
    assert_eq!(
        own.data(&desk, "/prometheus/api/v1/labels", &[]),
        json!([]),
        "one's own holds what one writes"
    );
}

#[test]
fn nothing_is_kept_longer_than_the_retention() {
    let desk = Desk::instant();
    let source = Source::new(&desk, "logs");
    desk.ok("PATCH", &format!("{COCKPIT}/data-sources/{}", source.id), json!({"retention_days": 2}));
    source.log(&desk, "api", "first");
    desk.wait(47 * 3600);
    source.log(&desk, "api", "second");
    let count = || {
        let found =
            source.data(&desk, "/loki/api/v1/query", &[("query", "count_over_time({app=\"api\"}[5d])")]);
        found["result"][0]["value"][1].clone()
    };
    assert_eq!(count(), "2");
    desk.wait(3600 + 1);
    assert_eq!(count(), "1");
    desk.wait(47 * 3600);
    assert_eq!(count(), Value::Null);
}

#[test]
fn so_many_points_are_kept_and_the_oldest_go_first() {
    let desk = Desk::instant();
    let source = Source::new(&desk, "logs");
    let values = |n: i64| {
        (0..500)
            .map(|m| json!([(1_788_249_600_000_000_000 + n * 1_000 + m).to_string(), "x"]))
            .collect::<Vec<_>>()
    };
    for n in 0..210 {
        let body = json!({"streams": [{"stream": {"n": n.to_string()}, "values": values(n)}]}).to_string();
        assert_eq!(source.send(&desk, "POST", "/loki/api/v1/push", "application/json", body).0, 204);
    }
    let found = source.data(&desk, "/loki/api/v1/label/n/values", &[]);
    let kept: Vec<_> =
        found.as_array().unwrap().iter().map(|n| n.as_str().unwrap().parse::<i64>().unwrap()).collect();
    assert_eq!((kept.len(), kept.iter().min()), (200, Some(&10)));
}
