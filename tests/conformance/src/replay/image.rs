//! How the images of a recording behave: whether each starts with a given command, arguments, port and probes.

use std::collections::BTreeSet;

use scaleway_emulator::{Image, ImageBook};
use serde_json::Value;

use super::recording::Line;

/// Declares those that a recording shows not to start; all others do.
pub(super) fn declare(lines: &[Line]) -> ImageBook {
    let mut failing = BTreeSet::new();
    for line in lines.iter().filter(|line| line.is_success()) {
        containers(&line.response, &mut |container| {
            if container["status"] == "error" {
                let texts = |field: &str| -> Vec<String> {
                    let texts = container[field].as_array().into_iter().flatten();
                    texts.filter_map(Value::as_str).map(str::to_owned).collect()
                };
                let asked = ["startup_probe", "liveness_probe"]
                    .map(|probe| container[probe]["http"]["path"].as_str());
                failing.insert((
                    container["image"].as_str().unwrap_or_default().to_owned(),
                    texts("command"),
                    texts("args"),
                    container["port"].as_u64().and_then(|port| port.try_into().ok()).unwrap_or_default(),
                    // A probe that asks by HTTP is what the image does not answer.
                    asked.into_iter().flatten().next().map(str::to_owned),
                ));
            }
        });
    }
    failing.into_iter().fold(ImageBook::new(), |book, (image, command, args, port, path)| {
        let image = Image::new(image).when_started_with(command, args, port);
        book.with(match path {
            Some(path) => image.fails_on(path),
            None => image.crashes(),
        })
    })
}

fn containers<'v>(value: &'v Value, visit: &mut impl FnMut(&'v Value)) {
    match value {
        Value::Object(fields) => {
            if fields.contains_key("image") && fields.contains_key("liveness_probe") {
                visit(value);
            }
            fields.values().for_each(|value| containers(value, visit));
        }
        Value::Array(items) => items.iter().for_each(|item| containers(item, visit)),
        _ => {}
    }
}
