//! Lifecycles: what becomes of objects with time.

use super::xml::Element;

/// Every rule has a status, says what it is about, and does something.
pub(super) fn is_valid(sent: &Element) -> bool {
    let is_number = |text: Option<&str>| text.is_none_or(|text| text.parse::<u32>().is_ok_and(|n| n > 0));
    let is_rule = |rule: &Element| {
        let acts = [
            "Expiration",
            "Transition",
            "NoncurrentVersionExpiration",
            "NoncurrentVersionTransition",
            "AbortIncompleteMultipartUpload",
        ];
        matches!(rule.value("Status"), Some("Enabled" | "Disabled"))
            && (rule.child("Filter").is_some() || rule.child("Prefix").is_some())
            && acts.iter().any(|act| rule.child(act).is_some())
            && is_number(rule.at(&["Expiration", "Days"]))
            && is_number(rule.at(&["NoncurrentVersionExpiration", "NoncurrentDays"]))
            && is_number(rule.at(&["AbortIncompleteMultipartUpload", "DaysAfterInitiation"]))
    };
    sent.child("Rule").is_some() && sent.all("Rule").all(is_rule)
}
