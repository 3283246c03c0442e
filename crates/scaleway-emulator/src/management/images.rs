//! How images behave.

use http::request::Parts;
use serde::Deserialize;
use serde_json::{Value, json};

use super::read;
use crate::image::{Image, ImageBook};
use crate::kernel::Kernel;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Several {
    images: Vec<Image>,
}

pub(super) fn list(kernel: &mut Kernel, _: &Parts, _: &[u8]) -> Answer {
    Ok(Reply::ok(json!({"images": kernel.world.settings.images.all()})))
}

/// What is deployed of it from now on behaves so, and what is deployed already where it is asked.
pub(super) fn declare(kernel: &mut Kernel, parts: &Parts, body: &[u8]) -> Answer {
    let are_several = serde_json::from_slice::<Value>(body).is_ok_and(|body| body.get("images").is_some());
    let images = if are_several { several(body)? } else { vec![checked(read(body)?, "")?] };
    let book = std::mem::take(&mut kernel.world.settings.images);
    kernel.world.settings.images = book.before(images);
    list(kernel, parts, &[])
}

pub(super) fn replace(kernel: &mut Kernel, parts: &Parts, body: &[u8]) -> Answer {
    kernel.world.settings.images = ImageBook::new().before(several(body)?);
    list(kernel, parts, &[])
}

pub(super) fn reset(kernel: &mut Kernel, parts: &Parts, _: &[u8]) -> Answer {
    kernel.world.settings.images = kernel.beginning.images.clone();
    list(kernel, parts, &[])
}

fn several(body: &[u8]) -> Result<Vec<Image>, Refusal> {
    let images = read::<Several>(body)?.images.into_iter().enumerate();
    images.map(|(n, image)| checked(image, &format!("images[{n}]."))).collect()
}

fn checked(image: Image, place: &str) -> Result<Image, Refusal> {
    image.check().map_err(|wrong| Refusal::constraint(&format!("{place}{}", wrong.field), wrong.help))?;
    Ok(image)
}
