//! Serverless Containers v1: query, body and answer of every operation.

use scaleway_containers::*;
use scaleway_core::{Empty, Page};

use crate::operation::{Api, Operation, delete, get, patch, post};

pub(super) const API: Api = Api {
    facts: "containers",
    client: "scaleway-containers",
    root: "/containers/v1/regions/{region}",
    operations: OPERATIONS,
};

#[rustfmt::skip] // one line an operation
const OPERATIONS: &[Operation] = &[
    post::<(), CreateNamespace, Namespace>("CreateNamespace", "/namespaces"),
    get::<(), (), Namespace>("GetNamespace", "/namespaces/{namespace_id}"),
    get::<ListNamespaces, (), Page<Namespace>>("ListNamespaces", "/namespaces"),
    patch::<(), UpdateNamespace, Namespace>("UpdateNamespace", "/namespaces/{namespace_id}"),
    delete::<(), (), Namespace>("DeleteNamespace", "/namespaces/{namespace_id}"),
    post::<(), CreateContainer, Container>("CreateContainer", "/containers"),
    get::<(), (), Container>("GetContainer", "/containers/{container_id}"),
    get::<ListContainers, (), Page<Container>>("ListContainers", "/containers"),
    patch::<(), UpdateContainer, Container>("UpdateContainer", "/containers/{container_id}"),
    delete::<(), (), Container>("DeleteContainer", "/containers/{container_id}"),
    post::<(), CreateDomain, Domain>("CreateDomain", "/domains"),
    get::<(), (), Domain>("GetDomain", "/domains/{domain_id}"),
    get::<ListDomains, (), Page<Domain>>("ListDomains", "/domains"),
    patch::<(), UpdateDomain, Domain>("UpdateDomain", "/domains/{domain_id}"),
    delete::<(), (), Domain>("DeleteDomain", "/domains/{domain_id}"),
    post::<(), Empty, Container>("RedeployContainer", "/containers/{container_id}/redeploy"),
    post::<(), CreateTrigger, Trigger>("CreateTrigger", "/triggers"),
    get::<(), (), Trigger>("GetTrigger", "/triggers/{trigger_id}"),
    get::<ListTriggers, (), Page<Trigger>>("ListTriggers", "/triggers"),
    patch::<(), UpdateTrigger, Trigger>("UpdateTrigger", "/triggers/{trigger_id}"),
    delete::<(), (), Trigger>("DeleteTrigger", "/triggers/{trigger_id}"),
];
