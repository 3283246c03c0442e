//! Container Registry v1: query, body and answer of every operation.

use scaleway_core::Page;
use scaleway_registry::*;

use crate::operation::{Api, Operation, delete, get, patch, post};

pub(super) const API: Api = Api {
    facts: "registry",
    client: "scaleway-registry",
    root: "/registry/v1/regions/{region}",
    operations: OPERATIONS,
};

#[rustfmt::skip] // one line an operation
const OPERATIONS: &[Operation] = &[
    get::<ListNamespaces, (), Page<Namespace>>("ListNamespaces", "/namespaces"),
    get::<(), (), Namespace>("GetNamespace", "/namespaces/{namespace_id}"),
    post::<(), CreateNamespace, Namespace>("CreateNamespace", "/namespaces"),
    patch::<(), UpdateNamespace, Namespace>("UpdateNamespace", "/namespaces/{namespace_id}"),
    delete::<(), (), Namespace>("DeleteNamespace", "/namespaces/{namespace_id}"),
    get::<ListImages, (), Page<Image>>("ListImages", "/images"),
    get::<(), (), Image>("GetImage", "/images/{image_id}"),
    patch::<(), UpdateImage, Image>("UpdateImage", "/images/{image_id}"),
    delete::<(), (), Image>("DeleteImage", "/images/{image_id}"),
    get::<ListTags, (), Page<Tag>>("ListTags", "/images/{image_id}/tags"),
    get::<(), (), Tag>("GetTag", "/tags/{tag_id}"),
    delete::<DeleteTag, (), Tag>("DeleteTag", "/tags/{tag_id}"),
];
