//! Cockpit: data sources, tokens, exporters, Grafana and plans.

use scaleway_core::{Clock, Random};
use scaleway_emulator::Emulator;
use serde_json::{Value, json};

use crate::desk::{Desk, PROJECT};

const COCKPIT: &str = "/cockpit/v1/regions/fr-par";
const GLOBAL: &str = "/cockpit/v1";

fn source(desk: &Desk, name: &str, of: &str) -> (Value, String) {
    let request = json!({"project_id": PROJECT, "name": name, "type": of});
    let made = desk.ok("POST", &format!("{COCKPIT}/data-sources"), request);
    let one = format!("{COCKPIT}/data-sources/{}", made["id"].as_str().unwrap());
    (made, one)
}

fn texts(list: &Value, items: &str, field: &str) -> Vec<String> {
    let items = list[items].as_array().unwrap().iter();
    items.map(|item| item[field].as_str().unwrap().to_owned()).collect()
}

fn argument(refusal: &Value) -> (&Value, &Value) {
    (&refusal["type"], &refusal["details"][0]["argument_name"])
}

#[test]
fn a_data_source_has_an_address_and_the_retention_of_its_type() {
    let desk = Desk::instant();
    for (of, days) in [("metrics", 31), ("logs", 7), ("traces", 7)] {
        let (mut made, one) = source(&desk, "evalap", of);
        let id = made["id"].as_str().unwrap();
        assert_eq!(made["url"], format!("https://{id}.{of}.cockpit.fr-par.scw.cloud"));
        assert_eq!((&made["retention_days"], &made["origin"]), (&json!(days), &json!("custom")));
        assert_eq!(made["synchronized_with_grafana"], false);
        assert!(made.get("current_month_usage").is_none());
        made["current_month_usage"] = json!(0);
        assert_eq!(desk.get(&one), (200, made));
    }
    let bounds = json!({"min_days": 1, "max_days": 1825, "default_days": 31});
    let config = desk.ok("GET", &format!("{COCKPIT}/config"), Value::Null);
    assert_eq!(
        (&config["custom_metrics_retention"], &config["custom_logs_retention"]["default_days"]),
        (&bounds, &json!(7))
    );
}

#[test]
fn what_a_data_source_request_gets_wrong_is_named() {
    let desk = Desk::instant();
    for (field, value) in [
        ("retention_days", json!(0)),
        ("retention_days", json!(1_826)),
        ("type", json!("unknown_type")),
        ("name", json!("")),
        ("project_id", json!(null)),
    ] {
        let mut request = json!({"project_id": PROJECT, "name": "a", "type": "logs"});
        request[field] = value;
        let (status, refusal) = desk.ask("POST", &format!("{COCKPIT}/data-sources"), request);
        assert_eq!((status, argument(&refusal)), (400, (&json!("invalid_arguments"), &json!(field))));
    }
}

#[test]
fn a_data_source_changes_its_name_and_retention_and_goes_at_once() {
    let desk = Desk::instant();
    let (made, one) = source(&desk, "evalap", "logs");
    let changed = desk.ok("PATCH", &one, json!({"retention_days": 90, "type": "metrics"}));
    assert_eq!(
        (&changed["retention_days"], &changed["type"], &changed["name"]),
        (&json!(90), &json!("logs"), &json!("evalap"))
    );
    assert_eq!(desk.ask("DELETE", &one, Value::Null), (204, Value::Null));
    let gone = json!({"message": "resource is not found", "resource": "data source", "resource_id": made["id"],
        "type": "not_found"});
    assert_eq!(desk.get(&one), (404, gone));
}

#[test]
fn data_sources_are_listed_by_type_origin_and_project() {
    let desk = Desk::instant();
    source(&desk, "b", "metrics");
    source(&desk, "a", "logs");
    source(&desk, "c", "traces");
    let listed = |query: &str| {
        texts(
            &desk.get(&format!("{COCKPIT}/data-sources?project_id={PROJECT}{query}")).1,
            "data_sources",
            "name",
        )
    };
    assert_eq!(listed("&origin=unknown_origin&order_by=created_at_asc"), ["b", "a", "c"]);
    assert_eq!(listed("&order_by=name_desc"), ["c", "b", "a"]);
    assert_eq!(listed("&types=logs&types=traces"), ["a", "c"]);
    assert_eq!(listed("&origin=custom&types=metrics"), ["b"]);
    assert_eq!(listed("&origin=scaleway"), [""; 0]);
    let elsewhere = format!("{}/data-sources?project_id={PROJECT}", COCKPIT.replace("fr-par", "nl-ams"));
    assert_eq!(desk.get(&elsewhere).1, json!({"data_sources": [], "total_count": 0}));
}

#[test]
fn the_default_project_has_the_platforms_metrics() {
    let desk = Desk::with(|builder| builder.organization("organization"));
    let list = format!("{COCKPIT}/data-sources?project_id=organization&origin=scaleway&types=logs");
    assert_eq!(desk.get(&list).1["data_sources"][0]["name"], "Scaleway Logs");
    let list = list.replace("logs", "metrics");
    let found = desk.get(&list).1;
    let platforms = &found["data_sources"][0];
    assert_eq!((&found["total_count"], &platforms["name"]), (&json!(1), &json!("Scaleway Metrics")));
    assert_eq!((&platforms["origin"], &platforms["retention_days"]), (&json!("scaleway"), &json!(31)));
    assert_eq!(desk.get(&list).1, found);
    let one = format!("{COCKPIT}/data-sources/{}", platforms["id"].as_str().unwrap());
    assert_eq!(desk.ask("DELETE", &one, Value::Null).0, 412);
}

#[test]
fn a_tokens_secret_is_answered_once() {
    let desk = Desk::instant();
    let tokens = format!("{COCKPIT}/tokens");
    let scopes = json!(["read_only_metrics", "write_only_logs", "write_only_metrics"]);
    let made =
        desk.ok("POST", &tokens, json!({"project_id": PROJECT, "name": "push", "token_scopes": scopes}));
    assert_eq!(made["scopes"], json!(["write_only_metrics", "read_only_metrics", "write_only_logs"]));
    let secret = made["secret_key"].as_str().unwrap();
    let one = format!("{tokens}/{}", made["id"].as_str().unwrap());
    let read = desk.get(&one).1;
    assert_eq!((&read["secret_key"], &read["scopes"]), (&json!(null), &made["scopes"]));
    let listed = |query: &str| desk.get(&format!("{tokens}?project_id={PROJECT}{query}")).1;
    assert!(!listed("").to_string().contains(secret));
    assert_eq!(listed("&token_scopes=write_only_logs")["total_count"], 1);
    assert_eq!(listed("&token_scopes=write_only_logs&token_scopes=read_only_logs")["total_count"], 0);
    let (status, refusal) =
        desk.ask("POST", &tokens, json!({"project_id": PROJECT, "name": "a", "token_scopes": ["all"]}));
    assert_eq!((status, argument(&refusal).1), (400, &json!("token_scopes")));
    assert_eq!(desk.ask("DELETE", &one, Value::Null).0, 204);
    let (status, gone) = desk.ask("DELETE", &one, Value::Null);
    assert_eq!((status, &gone["resource"]), (404, &json!("token")));
}

#[test]
fn an_exporter_becomes_ready_and_goes_with_its_source() {
    let desk = Desk::recorded();
    let (made, one) = source(&desk, "evalap", "metrics");
    let exporters = format!("{COCKPIT}/exporters");
    let request = json!({"datasource_id": made["id"], "name": "out", "exported_products": ["all"],
        "otlp_destination": {"endpoint": "https://collector.example", "headers": {}}});
    let exporter = desk.ok("POST", &exporters, request.clone());
    assert_eq!((&exporter["status"], &exporter["description"]), (&json!("creating"), &json!("")));
    assert_eq!(exporter["otlp_destination"], request["otlp_destination"]);
    let path = format!("{exporters}/{}", exporter["id"].as_str().unwrap());
    let statuses = || {
        [0, 2, 4, 20].map(|seconds| {
            desk.wait(seconds);
            desk.get(&path).1["status"].as_str().unwrap().to_owned()
        })
    };
    assert_eq!(statuses(), ["unknown_status", "error", "creating", "ready"], "as recorded");
    let changed = desk.ok("PATCH", &path, json!({"name": "other", "exported_products": ["rdb"]}));
    assert_eq!(changed["status"], "creating");
    assert_eq!(statuses(), ["ready", "error", "creating", "ready"], "as recorded");
    assert_eq!((&changed["name"], &changed["exported_products"]), (&json!("other"), &json!(["rdb"])));
    let list = format!("{exporters}?project_id={PROJECT}&datasource_id={}", made["id"].as_str().unwrap());
    assert_eq!(texts(&desk.get(&list).1, "exporters", "name"), ["other"]);
    assert_eq!(desk.ask("DELETE", &one, Value::Null).0, 204);
    let (status, gone) = desk.get(&path);
    assert_eq!((status, &gone["resource"]), (404, &json!("exporter")));
}

#[test]
fn an_exporter_has_one_destination_of_one_kind() {
    let desk = Desk::instant();
    let (made, _) = source(&desk, "evalap", "metrics");
    let exporters = format!("{COCKPIT}/exporters");
    let both = json!({"datasource_id": made["id"], "name": "out", "otlp_destination": {"endpoint": "https://a"},
        "datadog_destination": {"api_key": "datadog-key", "endpoint": "https://b"}});
    let (status, refusal) = desk.ask("POST", &exporters, both.clone());
    assert_eq!((status, argument(&refusal).1), (400, &json!("destination")));
    let mut one = both;
    one["otlp_destination"] = Value::Null;
    let exporter = desk.ok("POST", &exporters, one.clone());
    assert!(!exporter.to_string().contains("datadog-key"));
    let path = format!("{exporters}/{}", exporter["id"].as_str().unwrap());
    let (status, _) = desk.ask("PATCH", &path, json!({"otlp_destination": {"endpoint": "https://a"}}));
    assert_eq!(status, 400);
    assert_eq!(desk.ask("DELETE", &path, Value::Null).0, 204);
    one["datasource_id"] = json!("nowhere");
    let (status, refusal) = desk.ask("POST", &exporters, one);
    assert_eq!((status, &refusal["resource"]), (404, &json!("data source")));
}

#[test]
fn a_grafana_user_has_a_password_once_and_a_number_of_its_own() {
    let desk = Desk::instant();
    let (_, one) = source(&desk, "evalap", "metrics");
    let users = format!("{GLOBAL}/grafana/users");
    let request = json!({"project_id": PROJECT, "login": "ops", "role": "editor"});
    let own = json!({"project_id": PROJECT, "login": "admin", "role": "editor"});
    assert_eq!(desk.ask("POST", &users, own).0, 400, "Grafana's own user");
    let made = desk.ok("POST", &users, request.clone());
    assert_eq!((&made["id"], made["password"].as_str().unwrap().len()), (&json!(2), 16));
    assert_eq!(desk.get(&one).1["synchronized_with_grafana"], true);
    assert_eq!(desk.ask("POST", &users, request.clone()).0, 409);
    let list = format!("{users}?project_id={PROJECT}&order_by=login_asc&page=1");
    let shown = json!({"id": 2, "login": "ops", "role": "editor", "password": ""});
    assert_eq!(desk.get(&list).1, json!({"grafana_users": [shown], "total_count": 1}));
    let reset = desk.ok("POST", &format!("{users}/2/reset-password"), json!({"project_id": PROJECT}));
    assert_eq!(reset["login"], "ops");
    assert!(reset["password"].as_str().unwrap().len() == 16 && reset["password"] != made["password"]);
    assert_eq!(desk.ask("DELETE", &format!("{users}/2?project_id=another"), Value::Null).0, 404);
    assert_eq!(desk.ask("DELETE", &format!("{users}/2?project_id={PROJECT}"), Value::Null).0, 204);
    assert_eq!(desk.get(&list).1["total_count"], 0);
    assert_eq!(desk.ok("POST", &users, request)["id"], 3);
}

#[test]
fn what_an_exporter_sends_to_is_soon_shown_by_grafana() {
    let desk = Desk::recorded();
    let ((from, _), (to, one)) = (source(&desk, "from", "metrics"), source(&desk, "to", "metrics"));
    let (_, other) = source(&desk, "other", "metrics");
    let endpoint = format!("{}/otlp", to["url"].as_str().unwrap());
    let request =
        json!({"datasource_id": from["id"], "name": "out", "otlp_destination": {"endpoint": endpoint}});
    desk.ok("POST", &format!("{COCKPIT}/exporters"), request);
    assert_eq!(desk.get(&one).1["synchronized_with_grafana"], false);
    desk.wait(4);
    assert_eq!(desk.get(&one).1["synchronized_with_grafana"], true);
    assert_eq!(desk.get(&other).1["synchronized_with_grafana"], false);
}

/// The answers of a world whose clock says that day.
fn on(day: &str, look: impl FnOnce(&Desk)) {
    let clock = Clock::virtual_from(format!("{day}T08:00:00Z").parse().unwrap());
    let emulator = Emulator::builder().clock(clock.clone()).random(Random::seeded(7)).dated(true).build();
    look(&Desk { clock, emulator: emulator.unwrap() });
}

#[test]
fn a_dated_world_answers_as_the_platform_did() {
    on("2024-08-13", |desk| {
        let (made, one) = source(desk, "evalap", "logs");
        assert_eq!(made["origin"], "external");
        assert_eq!(desk.ok("PATCH", &one, json!({"name": "b"}))["origin"], "external", "it is one's own");
        let list = format!("{COCKPIT}/data-sources?project_id={PROJECT}&origin=external");
        assert_eq!(desk.get(&list).1["total_count"], 1);
        let grafana = desk.get(&format!("{GLOBAL}/grafana?project_id={PROJECT}")).1;
        assert_eq!(grafana["grafana_url"], format!("https://{PROJECT}.dashboard.obs.fr-par.scw.cloud"));
        let request = json!({"project_id": PROJECT, "name": "t", "token_scopes": ["read_only_logs"]});
        let token = desk.ok("POST", &format!("{COCKPIT}/tokens"), request);
        assert_eq!(desk.get(&format!("{COCKPIT}/tokens/{}", token["id"].as_str().unwrap())).1, token);
    });
    for (day, rules, usage) in [("2025-12-01", 21, None), ("2026-04-27", 22, Some(0))] {
        on(day, |desk| {
            let alerts = desk.get(&format!("{COCKPIT}/alerts?project_id={PROJECT}")).1;
            assert_eq!(alerts["total_count"], rules, "{day}");
            let (_, one) = source(desk, "evalap", "logs");
            assert_eq!(desk.get(&one).1.get("current_month_usage"), usage.map(Value::from).as_ref(), "{day}");
        });
    }
}

#[test]
fn grafana_has_an_address_and_shows_what_is_synchronised() {
    let desk = Desk::instant();
    let (_, one) = source(&desk, "evalap", "metrics");
    let grafana = desk.ok("GET", &format!("{GLOBAL}/grafana?project_id={PROJECT}"), Value::Null);
    let url = format!("https://{PROJECT}.dashboard.cockpit.scaleway.com");
    assert_eq!(grafana, json!({"grafana_url": url}));
    assert_eq!(desk.get(&one).1["synchronized_with_grafana"], false);
    let sync = format!("{GLOBAL}/grafana/sync-data-sources");
    assert_eq!(desk.ask("POST", &sync, json!({"project_id": PROJECT})).0, 204);
    assert_eq!(desk.get(&one).1["synchronized_with_grafana"], true);
    assert_eq!(desk.ask("POST", &sync, json!({})).0, 400);

    let dashboards = format!("{GLOBAL}/grafana/product-dashboards");
    let found = desk.get(&format!("{dashboards}?project_id={PROJECT}&tags=rdb")).1;
    assert_eq!(texts(&found, "dashboards", "name"), ["scw-rdb-postgresql-overview"]);
    let one = desk.ok("GET", &format!("{dashboards}/scw-lb-overview?project_id={PROJECT}"), Value::Null);
    assert_eq!(one["url"], format!("{url}/d/scw-lb-overview"));
    assert_eq!(desk.get(&format!("{dashboards}/none?project_id={PROJECT}")).0, 404);
}

#[test]
fn a_project_is_on_the_free_plan_until_it_selects_another() {
    let desk = Desk::instant();
    let plans = format!("{GLOBAL}/plans");
    assert_eq!(
        texts(&desk.get(&format!("{plans}?order_by=name_asc")).1, "plans", "name"),
        ["custom", "free", "premium"]
    );
    assert_eq!(
        texts(&desk.get(&format!("{plans}?order_by=name_desc")).1, "plans", "name"),
        ["premium", "free", "custom"]
    );
    let current = |project: &str| desk.get(&format!("{GLOBAL}/current-plan?project_id={project}")).1;
    assert_eq!((&current(PROJECT)["name"], &current(PROJECT)["monthly_price"]), (&json!("free"), &json!(0)));
    let selected = desk.ok("PATCH", &plans, json!({"project_id": PROJECT, "plan_name": "premium"}));
    assert_eq!(selected["retention_logs_interval"], "2678400s");
    assert_eq!((current(PROJECT), &current("another")["name"]), (selected, &json!("free")));
}

#[test]
fn products_and_usage_answer() {
    let desk = Desk::instant();
    let products = desk.get(&format!("{COCKPIT}/products?order_by=display_name_asc")).1;
    let names = texts(&products, "products_list", "name");
    assert_eq!((names.len(), &products["total_count"]), (26, &json!(26)));
    assert_eq!(names[..3], ["sbs", "observability", "instance"]);
    assert!(names.contains(&"rdb".into()) && names.contains(&"serverless".into()));
    let usage = desk.get(&format!("{COCKPIT}/usage-overview?project_id={PROJECT}&interval=3600s")).1;
    let metrics = &usage["external_metrics_usage"];
    assert_eq!((&metrics["unit"], &metrics["quantity_over_interval"]), (&json!("samples"), &json!(0)));
    assert_eq!(usage["scaleway_logs_usage"]["interval"], "3600s");
    let (status, refused) =
        desk.get(&format!("{COCKPIT}/usage-overview?project_id={PROJECT}&interval=%7B86400%200%7D"));
    assert_eq!((status, &refused["details"][0]["argument_name"]), (400, &json!("interval")));
}
