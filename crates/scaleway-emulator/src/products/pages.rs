//! Pages of what is computed for the request, where [`crate::page::Listing`] pages records.

use serde_json::Value;

use crate::call::{Call, body};
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::store::Body;

/// Where the request names no size.
const DEFAULT_SIZE: usize = 50;
const LARGEST_SIZE: usize = 100;

/// The page of `items` that the request asks for, under `name`.
pub(super) fn answer(call: &Call<'_>, name: &str, items: Vec<Value>) -> Answer {
    page(call, name, items).map(Reply::resource)
}

/// The same as a body, for lists that say more.
pub(super) fn page(call: &Call<'_>, name: &str, items: Vec<Value>) -> Result<Body, Refusal> {
    let total = items.len();
    let page = number(call, "page")?.max(1);
    let size = match number(call, "page_size")? {
        0 => DEFAULT_SIZE,
        size if size > LARGEST_SIZE => {
            let help = format!("must be at most {LARGEST_SIZE}, is {size}");
            return Err(Refusal::constraint("page_size", help));
        }
        size => size,
    };
    let shown: Vec<Value> = items.into_iter().skip((page - 1).saturating_mul(size)).take(size).collect();
    let mut body = body! {"total_count": total};
    body.insert(name.into(), shown.into());
    Ok(body)
}

fn number(call: &Call<'_>, name: &str) -> Result<usize, Refusal> {
    match call.query(name) {
        None | Some("") => Ok(0),
        Some(text) => text
            .parse()
            .map_err(|_| Refusal::invalid_arguments(&[Problem::format(name, "must be a whole number")])),
    }
}
