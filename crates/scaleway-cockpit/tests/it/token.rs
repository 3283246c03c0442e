use scaleway_cockpit::{CreateToken, ListTokens, TokenScope};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::{
    PROJECT, REGIONAL, assert_whole, expect, expect_pages, expect_query, mocked, no_content, ok, with,
};

fn token() -> Value {
    json!({
        "id": "token-1", "project_id": PROJECT, "name": "evalap-staging", "created_at": "2026-05-05T14:42:12.873213Z",
        "updated_at": "2026-05-05T14:42:12.873213Z", "scopes": ["write_only_metrics", "read_only_profiles"],
        "region": "fr-par",
    })
}

#[tokio::test]
async fn its_secret_is_answered_once_and_never_shown() {
    let (server, cockpit) = mocked().await;
    let body = json!({"project_id": PROJECT, "name": "evalap-staging", "token_scopes": ["write_only_metrics", "read_only_logs"]});
    let answer = with(token(), "secret_key", "s3cr3t-value");
    expect(&server, "POST", &format!("{REGIONAL}/tokens"), Some(body), ok(answer.clone())).await;
    expect_query(&server, "GET", &format!("{REGIONAL}/tokens/token-1"), "", ok(token())).await;
    let create = CreateToken::new("evalap-staging", [TokenScope::WriteOnlyMetrics, TokenScope::ReadOnlyLogs]);
    let made = cockpit.create_token(create).await.unwrap();
    assert_eq!(made.secret_key.as_ref().unwrap().expose(), "s3cr3t-value");
    assert!(!format!("{made:?}").contains("s3cr3t"));
    assert_whole(&made, &answer);

    let got = cockpit.get_token(&made.id).await.unwrap();
    assert_eq!(got.secret_key, None);
    assert_eq!(
        got.scopes[1],
        TokenScope::Other("read_only_profiles".into()),
        "values that came later survive"
    );
    assert_whole(&got, &token());
}

#[tokio::test]
async fn a_list_reads_every_page_once() {
    let (server, cockpit) = mocked().await;
    let items = ["a", "b", "c"].map(|id| with(token(), "id", id));
    expect_pages(&server, &format!("{REGIONAL}/tokens"), "tokens", items).await;
    let all = cockpit.list_tokens(ListTokens::default()).all().await.unwrap();
    assert_eq!(all.iter().map(|token| token.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[tokio::test]
async fn a_list_can_be_of_scopes() {
    let (server, cockpit) = mocked().await;
    let query = "project_id=22222222-2222-4222-8222-222222222222&token_scopes=full_access_alert_manager&page=1&page_size=100";
    let answer = json!({"tokens": [], "total_count": 0});
    expect_query(&server, "GET", &format!("{REGIONAL}/tokens"), query, ok(answer)).await;
    let list = ListTokens::default().scopes([TokenScope::FullAccessAlertManager]);
    assert!(cockpit.list_tokens(list).all().await.unwrap().is_empty());
}

#[tokio::test]
async fn deleting_twice_finds_nothing() {
    let (server, cockpit) = mocked().await;
    let at = format!("{REGIONAL}/tokens/token-1");
    let gone = json!({"type": "not_found", "message": "resource is not found", "resource": "token", "resource_id": "token-1"});
    let id = "token-1".parse().unwrap();
    expect_query(&server, "DELETE", &at, "", no_content()).await;
    cockpit.delete_token(&id).await.unwrap();
    server.reset().await;
    expect_query(&server, "DELETE", &at, "", ResponseTemplate::new(404).set_body_json(gone)).await;
    assert!(cockpit.delete_token(&id).await.unwrap_err().is_not_found());
}
