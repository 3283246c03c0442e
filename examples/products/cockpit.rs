//! Watches logs: a data source, a token, a line written, found and alerted on; then all is deleted.
//!
//! `cargo run --example cockpit`: on an emulator in this process; with `-- scaleway`, on your account.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use scaleway_cockpit::{
    Cockpit, CreateDataSource, CreateToken, DataSourceKind, LogRange, Logs, Rule, RuleGroup, TokenScope,
};
use scaleway_core::Timestamp;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let scaleway = evalap_examples::scaleway()?; // in your program: scaleway_core::Client::from_env()?
    let cockpit = Cockpit::new(&scaleway);

    let create = CreateDataSource::new("newcomer", DataSourceKind::Logs).retention_days(7u32);
    let source = cockpit.create_data_source(create).await?;
    let scopes = [TokenScope::WriteOnlyLogs, TokenScope::ReadOnlyLogs, TokenScope::FullAccessLogsRules];
    let token = cockpit.create_token(CreateToken::new("newcomer", scopes)).await?;
    println!("logs go to {}", source.url);

    // The only answer with the token's secret key.
    let key = token.secret_key.ok_or("no secret key was answered")?;
    let logs = cockpit.logs(&source, &key)?;
    let watched = watch(&logs, scaleway.clock().now()).await;

    cockpit.delete_token(&token.id).await?;
    cockpit.delete_data_source(&source.id).await?;
    Ok(watched?)
}

async fn watch(logs: &Logs, now: Timestamp) -> scaleway_cockpit::Result<()> {
    logs.push(&BTreeMap::from([("app".into(), "newcomer".into())]), "it works").await?;
    let range = LogRange::new(r#"{app="newcomer"}"#, now, now + Duration::from_mins(1));
    println!("{:?}", logs.query_range(range).await?);

    let errors = r#"sum(rate({app="newcomer"} |= "error" [5m])) > 1"#;
    let alert = Rule::alert("Errors", errors).hold(Duration::from_mins(5)).label("severity", "warning");
    logs.rules().set("newcomer", &RuleGroup::new("errors", [alert])).await?;
    logs.rules().delete_namespace("newcomer").await
}
