//! Secret Manager v1beta1: query, body and answer of every operation.

use scaleway_core::{Empty, Page};
use scaleway_secrets::*;

use crate::operation::{Api, Operation, delete, get, patch, post};

pub(super) const API: Api = Api {
    facts: "secret-manager",
    client: "scaleway-secrets",
    root: "/secret-manager/v1beta1/regions/{region}",
    operations: OPERATIONS,
};

#[rustfmt::skip] // one line an operation
const OPERATIONS: &[Operation] = &[
    post::<(), CreateSecret, SecretEntry>("CreateSecret", "/secrets"),
    get::<(), (), SecretEntry>("GetSecret", "/secrets/{secret_id}"),
    patch::<(), UpdateSecret, SecretEntry>("UpdateSecret", "/secrets/{secret_id}"),
    delete::<(), (), Empty>("DeleteSecret", "/secrets/{secret_id}"),
    get::<ListSecrets, (), Page<SecretEntry>>("ListSecrets", "/secrets"),
    get::<BrowseSecrets, (), Folder>("BrowseSecrets", "/secrets/browse"),
    post::<(), Empty, SecretEntry>("ProtectSecret", "/secrets/{secret_id}/protect"),
    post::<(), Empty, SecretEntry>("UnprotectSecret", "/secrets/{secret_id}/unprotect"),
    post::<(), AddSecretOwner, Empty>("AddSecretOwner", "/secrets/{secret_id}/add-owner"),
    post::<(), CreateSecretVersion, SecretVersion>("CreateSecretVersion", "/secrets/{secret_id}/versions"),
    get::<(), (), SecretVersion>("GetSecretVersion", "/secrets/{secret_id}/versions/{revision}"),
    patch::<(), UpdateSecretVersion, SecretVersion>("UpdateSecretVersion", "/secrets/{secret_id}/versions/{revision}"),
    delete::<(), (), Empty>("DeleteSecretVersion", "/secrets/{secret_id}/versions/{revision}"),
    get::<ListSecretVersions, (), Page<SecretVersion>>("ListSecretVersions", "/secrets/{secret_id}/versions"),
    get::<(), (), AccessedVersion>("AccessSecretVersion", "/secrets/{secret_id}/versions/{revision}/access"),
    get::<AccessSecretVersionByPath, (), AccessedVersion>("AccessSecretVersionByPath", "/secrets-by-path/versions/{revision}/access"),
    post::<(), Empty, SecretVersion>("EnableSecretVersion", "/secrets/{secret_id}/versions/{revision}/enable"),
    post::<(), Empty, SecretVersion>("DisableSecretVersion", "/secrets/{secret_id}/versions/{revision}/disable"),
    get::<ListTags, (), Page<Tag>>("ListTags", "/tags"),
    get::<ListSecretTypes, (), Page<SecretType>>("ListSecretTypes", "/secret-types"),
    post::<(), Empty, SecretVersion>("RestoreSecretVersion", "/secrets/{secret_id}/versions/{revision}/restore"),
    post::<(), Empty, SecretEntry>("RestoreSecret", "/secrets/{secret_id}/restore"),
];
