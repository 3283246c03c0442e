use scaleway_account::{
    CheckContractSignature, ContractSignatureId, ContractType, CreateContractSignature,
    DownloadContractSignature, ListContractSignatures, ListContractSignaturesOrder,
};
use serde_json::{Value, json};

use crate::{ORGANIZATION, expect, expect_query, mocked, ok, with};

const AT: &str = "contract-signatures";

fn signature() -> Value {
    json!({
        "id": "signature-1", "organization_id": ORGANIZATION, "created_at": "2026-07-03T15:28:04.271187Z",
        "signed_at": "2026-07-03T15:28:05Z", "expires_at": "2027-07-03T15:28:05Z",
        "contract": {
            "id": "contract-1", "type": "haiku", "name": "terms", "version": 3,
            "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z",
        },
    })
}

fn id() -> ContractSignatureId {
    "signature-1".parse().unwrap()
}

#[tokio::test]
async fn it_is_asked_for_then_given_and_nothing_of_the_answer_is_lost() {
    let (server, accounts) = mocked().await;
    let body = json!({"contract_type": "k8s", "contract_name": "terms", "organization_id": ORGANIZATION});
    let unsigned = json!({"id": "signature-1", "organization_id": ORGANIZATION});
    expect(&server, "POST", AT, Some(body), ok(unsigned.clone())).await;
    let create = CreateContractSignature::new(ContractType::K8s, "terms");
    let asked = accounts.create_contract_signature(create).await.unwrap();
    assert_eq!(serde_json::to_value(&asked).unwrap(), unsigned);
    expect(&server, "POST", &format!("{AT}/signature-1/validate"), Some(json!({})), ok(signature())).await;
    let given = accounts.validate_contract_signature(&asked.id).await.unwrap();
    assert_eq!(given.contract.as_ref().unwrap().contract_type, ContractType::Other("haiku".into()));
    assert_eq!(serde_json::to_value(&given).unwrap(), signature());
}

#[tokio::test]
async fn checking_says_how_far_it_is() {
    let (server, accounts) = mocked().await;
    let body =
        json!({"organization_id": "other", "contract_type": "transactional_email", "contract_name": "terms"});
    let answer = ok(json!({"created": true, "validated": false}));
    expect(&server, "POST", &format!("{AT}/check"), Some(body), answer).await;
    let check = CheckContractSignature::new(ContractType::TransactionalEmail, "terms")
        .organization_id("other".parse::<scaleway_core::OrganizationId>().unwrap());
    let seen = accounts.check_contract_signature(check).await.unwrap();
    assert!(seen.created && !seen.validated);
}

#[tokio::test]
async fn a_list_reads_every_page_of_the_default_organization() {
    let (server, accounts) = mocked().await;
    for (page, id) in [(1, "a"), (2, "b")] {
        let query =
            format!("order_by=expires_at_asc&organization_id={ORGANIZATION}&page={page}&page_size=100");
        let answer = json!({"total_count": 2, "contract_signatures": [with(signature(), "id", id)]});
        expect_query(&server, "GET", AT, &query, answer).await;
    }
    let list = ListContractSignatures::default().order_by(ListContractSignaturesOrder::ExpiresAtAsc);
    let all = accounts.list_contract_signatures(list).all().await.unwrap();
    assert_eq!(all.iter().map(|signature| signature.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

#[tokio::test]
async fn a_document_need_not_be_text() {
    let (server, accounts) = mocked().await;
    let file = json!({"name": "terms.pdf", "content_type": "application/pdf", "content": "JVBERv8A"});
    expect_query(&server, "GET", &format!("{AT}/signature-1/download"), "locale=fr_FR", file.clone()).await;
    let request = DownloadContractSignature::default().locale("fr_FR");
    let document = accounts.download_contract_signature(&id(), request).await.unwrap();
    assert_eq!(document.content, b"%PDF\xff\0");
    assert_eq!(serde_json::to_value(&document).unwrap(), file);
}
