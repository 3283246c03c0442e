//! A typed client of Scaleway Container Registry (API registry v1), and of the registry's own protocol: what `docker push`
//! does.
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
//! | push an image | [`LocalImage`], [`Publisher::push`] |
//! | copy one by digest | [`Publisher::copy`] |
//! | know what a name stands for | [`Publisher::digest`], [`Publisher::wait_for`] |
//! | deploy exactly that | [`Published::image`], [`Namespace::pinned`] |
//!
//! ```no_run
//! use scaleway_core::Client;
//! use scaleway_registry::{CreateNamespace, LocalImage, Publisher, Registry};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let scaleway = Client::from_env()?;
//! let registry = Registry::new(&scaleway);
//! let namespace = registry.create_namespace(CreateNamespace::new("evalap-staging")).await?;
//! let image = LocalImage::open("streamlit.tar")?; // docker save --platform linux/amd64 -o streamlit.tar …
//! let published = Publisher::new(&scaleway)?.push(image, &namespace.image("streamlit", "1.4.2")?).await?;
//! println!("deploy {}", published.image);
//! # Ok(())
//! # }
//! ```
//!
//! # Pushing
//! An image is sent blob by blob in parts of 8 MiB, and its manifest last: a name never stands for half an image, and what
//! is there is not sent again. All is held to its digest, on the way in and out. Only `linux/amd64` is taken, because
//! Serverless Containers run nothing else; whatever the registry, tokens and the key go only where they belong.
//!
//! # Errors
//! Every operation fails with [`Error`]: ask its predicates (`is_not_found`, `is_transient`, …) what to do. A namespace
//! that is not there is answered with a message and no type (`Namespace was not found`): the predicates know.

mod client;
mod image;
mod namespace;
mod publish;
mod status;
mod tag;

pub use client::Registry;
pub use image::{Image, ImageId, ListImages, ListImagesOrder, UpdateImage, Visibility};
pub use namespace::{
    CreateNamespace, ListNamespaces, ListNamespacesOrder, Namespace, NamespaceId, UpdateNamespace,
};
pub use publish::{
    Digest, ImageReference, InvalidDigest, InvalidReference, LocalImage, Publish, PublishProgress, Published,
    Publisher,
};
pub use scaleway_core::{self, Client, Error, Result};
pub use status::Status;
pub use tag::{DeleteTag, ListTags, ListTagsOrder, Tag, TagId};

// The program of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
