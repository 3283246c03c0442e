//! One product's API, as its client crate sees it.

use std::sync::Arc;

use http::Method;
use serde::Deserialize;

use crate::{Client, Pace, Progress, ProjectId, Region, Request, Result, Waiter, request};

/// One product's API in one place: what each client crate is built on.
#[derive(Debug, Clone)]
pub struct Api {
    client: Client,
    root: String,
}

impl Api {
    /// The API of `product` (`containers/v1`) in `region`.
    pub fn regional(client: &Client, product: &str, region: &Region) -> Self {
        Self {
            client: client.clone(),
            root: format!("/{product}/regions/{}", request::segment(region.as_str())),
        }
    }

    /// The API of `product` (`account/v3`), which knows no regions.
    pub fn global(client: &Client, product: &str) -> Self {
        Self { client: client.clone(), root: format!("/{product}") }
    }

    /// The client below.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// A GET of `path` below the product's address.
    pub fn get<T>(&self, operation: &'static str, path: &[&str]) -> Request<T> {
        Request::new(operation, Method::GET, &self.root, path)
    }

    /// A POST, which is not repeated when its answer is lost, unless the request says otherwise.
    pub fn post<T>(&self, operation: &'static str, path: &[&str]) -> Request<T> {
        Request::new(operation, Method::POST, &self.root, path)
    }

    /// A PUT.
    pub fn put<T>(&self, operation: &'static str, path: &[&str]) -> Request<T> {
        Request::new(operation, Method::PUT, &self.root, path)
    }

    /// A PATCH.
    pub fn patch<T>(&self, operation: &'static str, path: &[&str]) -> Request<T> {
        Request::new(operation, Method::PATCH, &self.root, path)
    }

    /// A DELETE.
    pub fn delete<T>(&self, operation: &'static str, path: &[&str]) -> Request<T> {
        Request::new(operation, Method::DELETE, &self.root, path)
    }

    /// Sends a request: see [`Client::send`].
    pub async fn send<T: for<'de> Deserialize<'de>>(&self, request: Request<T>) -> Result<T> {
        self.client.send(request).await
    }

    /// Waits for `what` (`container 1234`, for messages) by sending `look` again and again; `judge` says what an answer
    /// means.
    pub fn wait<T, U>(
        &self,
        what: String,
        pace: Pace,
        look: Request<T>,
        judge: impl Fn(T) -> Progress<U> + Send + Sync + 'static,
    ) -> Waiter<U>
    where
        T: for<'de> Deserialize<'de> + 'static,
        U: Send + 'static,
    {
        let (client, judge) = (self.client.clone(), Arc::new(judge));
        Waiter::new(&self.client, what, pace, move || {
            let (client, look, judge) = (client.clone(), look.clone(), judge.clone());
            async move { client.send(look).await.map(|seen| judge(seen)) }
        })
    }

    /// Waits until `look` is answered "not found"; `describe` says of an answer its status and its error message: `error`
    /// will not go away by waiting.
    pub fn wait_until_gone<T>(
        &self,
        what: String,
        pace: Pace,
        look: Request<T>,
        describe: fn(T) -> (String, Option<String>),
    ) -> Waiter<()>
    where
        T: for<'de> Deserialize<'de> + 'static,
    {
        let client = self.client.clone();
        Waiter::until_gone(&self.client, what, pace, move || {
            let (client, look) = (client.clone(), look.clone());
            async move { client.send(look).await.map(describe) }
        })
    }

    /// Puts the client's default project where a request names none.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) where there is no default either.
    pub fn fill_project(&self, project: &mut Option<ProjectId>) -> Result<()> {
        if project.is_none() {
            *project = Some(self.client.config().default_project()?.clone());
        }
        Ok(())
    }
}
