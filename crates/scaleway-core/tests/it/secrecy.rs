//! Nothing secret in traces, logs, errors or `Debug`.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, OnceLock};

use scaleway_core::{Clock, Request, Secret, wire};
use serde::{Deserialize, Serialize};
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

use crate::raw::{Act, Raw};
use crate::{KEY, THING, answer, answering, get_thing, in_process, over_sockets, things, virtual_clock};

/// Writes down everything that tracing is told, from all tests of this program.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

impl Visit for Everything {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0.lock().unwrap(), " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        write!(self.0.lock().unwrap(), "\n{}", span.metadata().name()).unwrap();
        span.record(&mut self.clone());
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        write!(self.0.lock().unwrap(), "\n{}", event.metadata().target()).unwrap();
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// What goes to `log`, past tracing, from all tests of this program.
static LOG: OnceLock<Log> = OnceLock::new();

struct Log(Mutex<String>);

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        writeln!(self.0.lock().unwrap(), "{} {}", record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

#[derive(Serialize)]
struct SetPassword {
    #[serde(serialize_with = "wire::secret")]
    password: Secret,
}

const PASSWORD: &str = "hunter2-hunter2";

fn hides(what: &str, shown: &str) {
    assert!(!shown.contains(KEY) && !shown.contains(PASSWORD), "{what}: {shown}");
}

#[test]
fn traces_and_logs_tell_of_each_call_and_show_no_secret() {
    let log = LOG.get_or_init(|| Log(Mutex::default()));
    log::set_logger(log).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    // For all tests of this program: where each thread has a subscriber of its own, whichever comes to a call site first
    // decides for all.
    let everything = Everything::default();
    tracing::subscriber::set_global_default(everything.clone()).unwrap();
    tracing::callsite::rebuild_interest_cache();
    let clock = virtual_clock();
    clock
        .block_on(async {
            let raw = Raw::listen().await;
            let client = over_sockets(&raw.url(), &clock);
            let api = things(&client);
            let set = api
                .put("SetPassword", &["things", "1", "password"])
                .json(&SetPassword { password: PASSWORD.into() });
            let acts = |number| match number {
                0 => Act::ResetAfter,
                1 => Act::answer(503, "x-request-id: abc-123\r\n", ""),
                _ => Act::answer(200, "x-request-id: def-456\r\n", THING),
            };
            let _: crate::Thing = raw.during(acts, client.send(set)).await.unwrap();
            let error =
                raw.during(|_| Act::answer(400, "", "{}"), client.send(get_thing(&api))).await.unwrap_err();
            hides("error", &format!("{error} {error:?} {error:#?}"));
        })
        .unwrap();
    let traced = everything.0.lock().unwrap().clone();
    for told in [
        "SetPassword",
        "PUT",
        "/things/v1/things/1/password",
        "attempt=1",
        "attempt=3",
        "status=503",
        "abc-123",
        "latency_ms=",
        "def-456",
    ] {
        assert!(traced.contains(told), "{told} is not in {traced}");
    }
    hides("trace", &traced);
    let logged = log.0.lock().unwrap().clone();
    assert!(logged.contains("reqwest"), "{logged}");
    hides("log", &logged);
}

#[test]
fn a_request_shows_neither_its_body_nor_its_key() {
    let everything = Arc::new(Mutex::new(String::new()));
    let shown = everything.clone();
    let client = in_process(
        answering(move |_, request| {
            assert_eq!(request.headers()["x-auth-token"], KEY);
            assert!(request.headers()["x-auth-token"].is_sensitive());
            write!(shown.lock().unwrap(), "{:?}", request.headers()).unwrap();
            answer(200, THING)
        }),
        &Clock::real(),
    );
    let set: Request<crate::Thing> =
        things(&client).put("SetPassword", &["things", "1"]).json(&SetPassword { password: PASSWORD.into() });
    assert!(std::str::from_utf8(set.body().unwrap()).unwrap().contains(PASSWORD));
    hides("request", &format!("{set:?} {set:#?}"));
    Clock::real().block_on(client.send(set)).unwrap().unwrap();
    let headers = everything.lock().unwrap().clone();
    assert!(headers.contains("x-auth-token"));
    hides("headers", &headers);
}

#[test]
fn an_answer_that_cannot_be_read_does_not_show_its_secret() {
    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "read, never used")]
    struct Token {
        id: String,
        secret_key: Secret,
    }
    let clock = virtual_clock();
    let digits = "98765432109";
    for body in [
        format!(r#"{{"id":"1","secret_key":{digits}}}"#),
        format!(r#"{{"id":"1","secret_key":["{PASSWORD}"]}}"#),
        format!(r#"{{"id":"1","secret_key":{{"{PASSWORD}":1}}}}"#),
        format!(r#"{{"secret_key":"{PASSWORD}"}}"#),
        format!(r#"{{"id":"1","secret_key":"{PASSWORD}""#),
    ] {
        let client = in_process(answering(move |_, _| answer(200, body.clone())), &clock);
        let request: Request<Token> = things(&client).post("CreateToken", &["tokens"]);
        let error = clock.block_on(client.send(request)).unwrap().unwrap_err();
        assert!(error.may_have_happened());
        let source = std::error::Error::source(&error).unwrap();
        let shown = format!("{error} {error:?} {source} {source:?}");
        assert!(!shown.contains(digits), "{shown}");
        hides("decoding", &shown);
    }
}
