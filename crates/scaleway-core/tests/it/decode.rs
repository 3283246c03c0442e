//! Whatever comes is read, refused or kept: nothing panics, nothing is lost, nothing breaks out of a path.

use std::borrow::Cow;
use std::time::Duration;

use proptest::prelude::*;
use scaleway_core::{Api, ErrorBody, Id, Listed, Page, Region, Request, Secret, Size, Timestamp, Zone};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Thing, answer, answering, in_process, things, virtual_clock};

impl Listed for Thing {
    const FIELD: &'static str = "things";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// One of everything that the API spells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Everything {
    id: Id<Thing>,
    region: Region,
    zone: Option<Zone>,
    size: Size,
    at: Timestamp,
    #[serde(with = "scaleway_core::wire::duration", default)]
    takes: Option<Duration>,
    #[serde(default)]
    tags: Vec<String>,
}

fn same<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
}

/// Any JSON, with names that our types know.
fn any_json() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "things",
        "total_count",
        "id",
        "type",
        "message",
        "details",
        "quota",
        "current",
        "resource",
        "reason",
        "x",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..6)
                .prop_map(|map| map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

/// Asks for a page that is answered so; what comes of it must be a page or an error that can be shown.
fn survives(status: u16, body: Vec<u8>) {
    let clock = virtual_clock();
    let client = in_process(answering(move |_, _| answer(status, body.clone())), &clock);
    let request: Request<Page<Thing>> = things(&client).post("SearchThings", &["things"]);
    if let Err(error) = clock.block_on(client.send(request)).unwrap() {
        let source = std::error::Error::source(&error).map(ToString::to_string);
        assert!(!error.to_string().is_empty() && source != Some(error.to_string()));
        let _ = (error.is_transient(), error.is_permission_denied(), format!("{error:?}"));
    }
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(body in any_json(), status in prop::sample::select(vec![200u16, 400, 403, 404, 409, 500])) {
        survives(status, body.to_string().into_bytes());
        if let Ok(fields) = serde_json::from_value::<ErrorBody>(body) {
            same(&fields);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(body: Vec<u8>, status in 200u16..600) {
        survives(status, body);
    }

    #[test]
    fn what_is_written_is_read_as_it_was(
        id in "\\PC*",
        region in "[a-z]{2}-[a-z]{3}",
        zone in prop::option::of("[a-z]{2}-[a-z]{3}-[1-9]"),
        size: u64,
        millis in -62_000_000_000_000i64..250_000_000_000_000,
        nanos in 0u64..1_000_000_000,
        takes in prop::option::of((0u64..1 << 50, 0u32..1_000_000_000)),
        tags in prop::collection::vec("\\PC{0,8}", 0..5),
    ) {
        let value = Everything {
            id: serde_json::from_value(id.into()).unwrap(),
            region: region.parse().unwrap(),
            zone: zone.map(|zone| zone.parse().unwrap()),
            size: Size::bytes(size),
            at: Timestamp::from_unix_millis(millis) + Duration::from_nanos(nanos),
            takes: takes.map(|(seconds, nanos)| Duration::new(seconds, nanos)),
            tags,
        };
        same(&value);
        prop_assert_eq!(value.at.to_string().parse::<Timestamp>().unwrap(), value.at);
    }

    #[test]
    fn pages_are_written_as_they_are_read(ids in prop::collection::vec("\\PC{0,8}", 0..20), total_count: u64) {
        let things: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
        let text = json!({"things": things, "total_count": total_count});
        let page: Page<Thing> = serde_json::from_value(text.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(&page).unwrap(), text);
    }

    #[test]
    fn no_id_and_no_region_breaks_out_of_its_segment(id in "\\PC+", region in "\\PC+") {
        let client = in_process(answering(|_, _| answer(200, "{}")), &virtual_clock());
        let api = Api::regional(&client, "things/v1", &Region::Other(region.clone()));
        let request: Request<Thing> = api.get("GetThing", &["things", &id]);
        let path = request.path_and_query();
        let segments: Vec<&str> = path.split('/').collect();
        let [_, "things", "v1", "regions", in_region, "things", of_id] = segments[..] else {
            return Err(TestCaseError::fail(path));
        };
        let decoded = |text| percent_encoding::percent_decode_str(text).decode_utf8().unwrap();
        prop_assert_eq!((decoded(in_region), decoded(of_id)), (region.into(), id.into()));
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~%/".contains(&b);
        prop_assert!(path.bytes().all(unreserved));
    }

    #[test]
    fn what_is_sent_arrives_as_it_was_meant(id in "\\PC+", value in "\\PC*") {
        prop_assume!(!id.trim().is_empty() && id != "." && id != "..");
        let sent = id.clone();
        let asked = value.clone();
        let clock = virtual_clock();
        let client = in_process(
            answering(move |_, request| {
                let url: url::Url = request.uri().to_string().parse().unwrap();
                let last = url.path_segments().unwrap().next_back().unwrap();
                assert_eq!(percent_encoding::percent_decode_str(last).decode_utf8().unwrap(), sent);
                assert_eq!(url.query_pairs().next().unwrap().1, asked);
                answer(200, r#"{"id":"1"}"#)
            }),
            &clock,
        );
        let request: Request<Thing> = things(&client).get("GetThing", &["things", &id]).query(&[("name", &value)]);
        prop_assert!(clock.block_on(client.send(request)).unwrap().is_ok());
    }
}

#[test]
fn null_and_absent_read_the_same() {
    #[derive(Debug, PartialEq, Default, Deserialize)]
    #[serde(default)]
    struct Part {
        number: u64,
        names: Vec<String>,
        inner: Option<Box<Self>>,
        list: Vec<Self>,
        secret: Option<Secret>,
    }
    let read = |body: Value| -> Part {
        let clock = virtual_clock();
        let client = in_process(answering(move |_, _| answer(200, body.to_string())), &clock);
        clock.block_on(client.send(things(&client).get("GetPart", &["parts", "1"]))).unwrap().unwrap()
    };
    assert_eq!(read(json!({})), Part::default());
    assert_eq!(
        read(json!({"number": null, "names": null, "inner": null, "list": null, "secret": null})),
        Part::default()
    );
    let deep =
        read(json!({"number": 1, "inner": {"number": null, "names": ["x"]}, "list": [{"names": null}]}));
    assert_eq!(deep.inner.unwrap().names, ["x"]);
    assert_eq!((deep.number, deep.list), (1, vec![Part::default()]));
}
