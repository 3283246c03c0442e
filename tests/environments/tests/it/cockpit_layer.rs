//! What `scaleway-cockpit` puts above the operations, on the emulator: a data source's own address, its queries and rules.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use scaleway_cockpit::{
    Cockpit, CreateDataSource, CreateToken, DataSource, DataSourceKind, LogRange, QueryResult, Rule,
    RuleGroup, TokenScope,
};
use scaleway_core::{Client, Clock, Config, ProjectId, Random, Secret, Timestamp};
use scaleway_emulator::{Emulator, Fault, FaultKind};

/// A project with a data source of each kind, and a clock that passes when somebody waits.
struct Watched {
    clock: Clock,
    emulator: Emulator,
    cockpit: Cockpit,
    metrics: DataSource,
    logs: DataSource,
}

impl Watched {
    fn run<F: Future>(test: impl FnOnce(Self) -> F) -> F::Output {
        let clock = Clock::virtual_from(Timestamp::from_unix_millis(1_700_000_000_000));
        let builder = Emulator::builder().clock(clock.clone()).random(Random::seeded(7));
        let emulator = builder.build().unwrap();
        let project: ProjectId = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90".parse().unwrap();
        let config = Config::new("11111111-1111-4111-8111-111111111111").with_default_project(project);
        let client = Client::builder(config, emulator.clone()).clock(clock.clone()).random(Random::seeded(3));
        let cockpit = Cockpit::new(&client.build().unwrap());
        let time = clock.clone();
        let run = async {
            let make = |kind| cockpit.create_data_source(CreateDataSource::new("evalap", kind));
            let metrics = make(DataSourceKind::Metrics).await.unwrap();
            let logs = make(DataSourceKind::Logs).await.unwrap();
            test(Self { clock: time, emulator, cockpit: cockpit.clone(), metrics, logs }).await
        };
        clock.block_on(run).unwrap()
    }

    async fn token(&self, scopes: impl Into<Vec<TokenScope>>) -> Secret {
        let token = self.cockpit.create_token(CreateToken::new("watch", scopes)).await.unwrap();
        token.secret_key.unwrap()
    }
}

fn labels(name: &str, value: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(name.into(), value.into())])
}

#[test]
fn a_value_that_is_pushed_is_found() {
    Watched::run(async |watched| {
        let token = watched.token([TokenScope::WriteOnlyMetrics, TokenScope::ReadOnlyMetrics]).await;
        let metrics = watched.cockpit.metrics(&watched.metrics, &token).unwrap();
        assert!(metrics.query("smoke_test").await.unwrap().is_empty());
        let start = watched.clock.now();
        for value in [1.0, 2.5] {
            metrics.push("smoke.test", &labels("env", "staging"), value).await.unwrap();
            watched.clock.sleep(Duration::from_mins(1)).await;
        }
        let QueryResult::Vector(found) = metrics.query("smoke_test{env=\"staging\"}").await.unwrap() else {
            panic!("a selector finds a vector")
        };
        assert_eq!((found.len(), found[0].point.value.to_string().as_str()), (1, "2.5"));
        assert_eq!(found[0].labels["__name__"], "smoke_test");
        let step = Duration::from_secs(30);
        let range = metrics.query_range("smoke_test * 2", start, watched.clock.now(), step).await.unwrap();
        let QueryResult::Matrix(series) = range else { panic!("a range finds a matrix") };
        let values: Vec<_> = series[0].points.iter().map(|point| point.value.to_string()).collect();
        assert_eq!(values, ["2", "2", "5", "5", "5"]);
        assert_eq!(series[0].points[0].at, start);
    });
}

#[test]
fn a_line_that_is_pushed_is_found_once_even_where_its_answer_was_lost() {
    Watched::run(async |watched| {
        let token = watched.token([TokenScope::WriteOnlyLogs, TokenScope::ReadOnlyLogs]).await;
        let logs = watched.cockpit.logs(&watched.logs, &token).unwrap();
        let start = watched.clock.now();
        watched.emulator.inject(Fault::new(FaultKind::LostAnswer).operation("PushLogs"));
        logs.push(&labels("app", "evalap"), "deployed 2.4").await.unwrap();
        assert_eq!(watched.emulator.requests().count("PushLogs"), 2, "it was sent again");
        watched.clock.sleep(Duration::from_secs(5)).await;
        let range = LogRange::new("{app=\"evalap\"} |= \"deployed\"", start, watched.clock.now());
        let QueryResult::Streams(streams) = logs.query_range(range).await.unwrap() else { panic!("lines") };
        assert_eq!(streams.iter().map(|stream| stream.lines.len()).sum::<usize>(), 1);
        assert_eq!((&*streams[0].lines[0].text, streams[0].lines[0].at), ("deployed 2.4", start));
        let counted = logs.query("sum(count_over_time({app=\"evalap\"}[1m]))").await.unwrap();
        let QueryResult::Vector(counted) = counted else { panic!("what counts finds a vector") };
        assert_eq!(counted[0].point.value.to_string(), "1");
    });
}

#[test]
fn own_rules_are_set_evaluated_and_deleted() {
    Watched::run(async |watched| {
        let scopes = [TokenScope::FullAccessMetricsRules, TokenScope::WriteOnlyMetrics];
        let token = watched.token(scopes).await;
        let metrics = watched.cockpit.metrics(&watched.metrics, &token).unwrap();
        let rules = metrics.rules();
        let down = Rule::alert("Down", "healthy{service=\"api\"} == 0").hold(Duration::from_mins(1));
        let down = down.label("severity", "critical").annotation("summary", "{{ $labels.service }} is down");
        let group = RuleGroup::new("availability", [down]).interval(Duration::from_secs(15));
        rules.set("evalap/staging", &group).await.unwrap();
        metrics.push("healthy", &labels("service", "api"), 0.0).await.unwrap();
        let state = async || rules.list().await.unwrap()[0].rules[0].state.clone().unwrap();
        let mut states = Vec::new();
        for _ in 0..6 {
            watched.clock.sleep(Duration::from_secs(15)).await;
            states.push(state().await);
        }
        assert_eq!(states, ["pending", "pending", "pending", "pending", "firing", "firing"]);
        let listed = rules.list().await.unwrap();
        assert_eq!(
            (&*listed[0].namespace, &*listed[0].rules[0].labels["severity"]),
            ("evalap/staging", "critical")
        );

        rules.delete_group("evalap/staging", "availability").await.unwrap();
        assert!(rules.delete_namespace("evalap/staging").await.unwrap_err().is_not_found());
        assert!(rules.list().await.unwrap().is_empty());
    });
}

#[test]
fn a_refusal_says_what_is_wrong() {
    Watched::run(async |watched| {
        let token = watched.token([TokenScope::ReadOnlyMetrics]).await;
        let metrics = watched.cockpit.metrics(&watched.metrics, &token).unwrap();
        let error = metrics.query("sum(up").await.unwrap_err();
        assert!(error.is_invalid_arguments() || error.to_string().contains("400 bad_data"), "{error}");
        let pushes = ["a", "b"].map(|name| (name, labels("env", "staging")));
        let refused = join_all(pushes.iter().map(|(name, labels)| metrics.push(name, labels, 1.0))).await;
        for error in refused {
            let error = error.unwrap_err();
            assert_eq!(error.status(), Some(http::StatusCode::FORBIDDEN.as_u16()), "{error}");
            assert!(!error.to_string().contains(token.expose()));
        }
        let stranger = Secret::new("22222222-2222-4222-8222-222222222222");
        let error =
            watched.cockpit.metrics(&watched.metrics, &stranger).unwrap().query("up").await.unwrap_err();
        assert!(error.is_unauthenticated(), "{error}");
    });
}
