//! What is the same for all resources of a kind.

use super::KindName;

/// What is the same for all resources of a kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Profile {
    /// Who can say that a resource is ours.
    pub(crate) owner: Owner,
    /// What to do about a create whose answer was lost.
    pub(crate) recovery: Recovery,
    /// The kind that resources of this one live in.
    pub(crate) parent: Option<KindName>,
    /// The kind whose resources take those of this one along when they are deleted.
    pub(crate) goes_with: Option<KindName>,
    /// Whether deleting one loses what cannot be made again.
    pub(crate) holds_data: bool,
    /// Attributes that are not simply changed in place.
    pub(crate) attributes: &'static [(&'static str, Behaviour)],
    /// Attributes that the API does not take back once they are set: to be without one, a resource is made again.
    pub(crate) never_unset: &'static [&'static str],
    /// Outputs that an update may change; the others stay.
    pub(crate) moving_outputs: &'static [&'static str],
    /// The attribute that names what the API refuses to change in two ways at once.
    pub(crate) one_at_a_time: Option<&'static str>,
    /// An output that changes whenever an attribute is written that cannot be read back, and that attribute.
    pub(crate) witness: Option<(&'static str, &'static str)>,
    /// The attribute by which the API refuses to delete it, while it is `true`.
    pub(crate) guard: Option<&'static str>,
    /// What to do about one that is broken.
    pub(crate) mend: Mend,
    /// How long it usually takes, in seconds: to make, to change, to delete. For estimates only.
    pub(crate) typical: (f64, f64, f64),
}

/// Who can say that a resource is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Its tags.
    Tag,
    /// Its name alone: foreign unless we remember making it.
    Name,
    /// What it lives in: ours if that is.
    Parent,
    /// There is always exactly one.
    Singleton,
}

/// What to do about a create whose answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recovery {
    /// What it made is found and kept.
    Adopt,
    /// What it made is found and made again: part of it was answered once only.
    DeleteAndRecreate,
}

/// How an attribute changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// By an update.
    InPlace,
    /// Not at all: the resource is made again.
    Replace,
    /// By an update, and only to more.
    GrowOnly,
    /// By an update, and only to `true`.
    OneWay,
    /// By an update; but what it refers to cannot be deleted while it does, or takes it along, so both are made again where
    /// that is.
    Attached,
    /// Not at all, and it is not worth making the resource again.
    Fixed,
    /// By nothing that is sent: it is for ourselves.
    Unsent,
}

/// What to do about a resource that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mend {
    /// Write it again.
    Update,
    /// Delete it and make it again.
    Replace,
    /// Leave it to a person.
    Person,
}

impl Profile {
    /// A kind that stands for itself, is marked by tags, holds nothing that cannot be made again and is changed in place.
    pub(crate) const PLAIN: Self = Self {
        owner: Owner::Tag,
        recovery: Recovery::Adopt,
        parent: None,
        goes_with: None,
        holds_data: false,
        attributes: &[],
        never_unset: &[],
        moving_outputs: &[],
        one_at_a_time: None,
        witness: None,
        guard: None,
        mend: Mend::Replace,
        typical: (0.2, 0.2, 0.2),
    };

    pub(crate) fn behaviour(&self, attribute: &str) -> Behaviour {
        self.attributes
            .iter()
            .find(|(name, _)| *name == attribute)
            .map_or(Behaviour::InPlace, |(_, behaviour)| *behaviour)
    }
}
