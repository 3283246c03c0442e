use scaleway_account::{
    Application, ArchitectureType, Qualification, SetProjectQualification, Undivided, UseCase, Website,
};
use serde_json::{Value, json};

use crate::{expect, mocked, ok};

#[tokio::test]
async fn it_is_set_and_nothing_of_the_answer_is_lost() {
    let (server, accounts) = mocked().await;
    let qualification =
        json!({"architecture_type": "serverless", "host_application": {"sub_use_case": "government_app"}});
    let body = json!({"qualification": qualification});
    let answer = json!({"project_id": "project-1", "qualification": qualification});
    expect(&server, "POST", "projects/project-1/project-qualification", Some(body), ok(answer.clone())).await;
    let serverless =
        Qualification::new(ArchitectureType::Serverless).host_application(Application::GovernmentApp);
    let request = SetProjectQualification::default().qualification(serverless);
    let set = accounts.set_project_qualification(&"project-1".parse().unwrap(), request).await.unwrap();
    assert_eq!(serde_json::to_value(set).unwrap(), answer);
}

#[test]
fn each_use_case_is_read_and_written_and_new_parts_survive() {
    let undivided = [
        "deploy_software",
        "set_scaleway_environment",
        "ai_machine",
        "container",
        "archive_data",
        "share_data",
        "other_use_case",
    ];
    let divided =
        [("host_website", "ecommerce_website"), ("host_website", "blog"), ("host_application", "saas_app")];
    let all =
        undivided.into_iter().flat_map(|case| [(case, "unknown_sub_use_case"), (case, "new")]).chain(divided);
    for (case, part) in all {
        let said: Value = json!({"architecture_type": "kubernetes", case: {"sub_use_case": part}});
        let read: Qualification = serde_json::from_value(said.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), said);
    }
    let read: Qualification = serde_json::from_value(
        json!({"architecture_type": "elastic", "host_website": {"sub_use_case": "blog"}}),
    )
    .unwrap();
    assert_eq!(read.host_website, Some(UseCase::from(Website::Other("blog".into()))));
    let built = Qualification::new(ArchitectureType::Instance).container(Undivided::UnknownSubUseCase);
    assert_eq!(
        serde_json::to_value(built).unwrap(),
        json!({"architecture_type": "instance", "container": {"sub_use_case": "unknown_sub_use_case"}})
    );
}
