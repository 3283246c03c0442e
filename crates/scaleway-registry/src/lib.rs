//! A typed client of Scaleway Container Registry (API registry v1).
//!
//! | resource | operations |
//! |---|---|
//! | [`Namespace`] | [create](Registry::create_namespace), [get](Registry::get_namespace), [list](Registry::list_namespaces), [update](Registry::update_namespace), [delete](Registry::delete_namespace), [wait](Registry::wait_for_namespace), [wait until gone](Registry::wait_until_namespace_gone) |
//! | [`Image`] | [get](Registry::get_image), [list](Registry::list_images), [update](Registry::update_image), [delete](Registry::delete_image), [wait](Registry::wait_for_image), [wait until gone](Registry::wait_until_image_gone) |
//! | [`Tag`] | [get](Registry::get_tag), [list](Registry::list_tags), [delete](Registry::delete_tag), [wait](Registry::wait_for_tag), [wait until gone](Registry::wait_until_tag_gone) |
//!
//! | to … | see |
//! |---|---|
//! | find something by its name | [`find_namespace`](Registry::find_namespace), [`find_image`](Registry::find_image), [`find_tag`](Registry::find_tag) |
//! | wait for what a build pushes | [`wait_for_pushed_tag`](Registry::wait_for_pushed_tag) |
//! | deploy exactly that | [`Namespace::pinned`] |
//!
//! ```no_run
//! use scaleway_core::Client;
//! use scaleway_registry::{CreateNamespace, Registry};
//!
//! # async fn run() -> Result<(), scaleway_registry::Error> {
//! let registry = Registry::new(&Client::from_env()?);
//! let namespace = registry.create_namespace(CreateNamespace::new("evalap-staging")).await?;
//! println!("docker push {}/streamlit:1.4.2", namespace.endpoint);
//! let tag = registry.wait_for_pushed_tag(&namespace.id, "streamlit", "1.4.2").await?;
//! let image = registry.get_image(&tag.image_id).await?;
//! println!("deploy {}", namespace.pinned(&image, &tag));
//! # Ok(())
//! # }
//! ```
//!
//! Pushing and pulling are no part of this API: they speak the registry's own protocol at [`Namespace::endpoint`].
//!
//! # Errors
//! Every operation fails with [`Error`]: ask its predicates (`is_not_found`, `is_transient`, …) what to do. A namespace
//! that is not there is answered with a message and no type (`Namespace was not found`): the predicates know.

mod client;
mod image;
mod namespace;
mod status;
mod tag;

pub use client::Registry;
pub use image::{Image, ImageId, ListImages, ListImagesOrder, UpdateImage, Visibility};
pub use namespace::{
    CreateNamespace, ListNamespaces, ListNamespacesOrder, Namespace, NamespaceId, UpdateNamespace,
};
pub use scaleway_core::{Error, Result};
pub use status::Status;
pub use tag::{DeleteTag, ListTags, ListTagsOrder, Tag, TagId};
