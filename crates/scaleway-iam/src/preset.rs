//! Least-privilege presets: the permission sets that each role around EvalAP needs, and no more.

use scaleway_core::{OrganizationId, ProjectId};

use crate::RuleSpec;

/// The permission sets that a role needs, by name. Data: look at them, or turn them into [rules](Self::rules).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Preset {
    /// What it needs in its project.
    pub in_projects: &'static [&'static str],
    /// What it needs in the organization.
    pub in_organization: &'static [&'static str],
}

impl Preset {
    /// A running EvalAP service: it calls private containers and keeps objects. Its secrets reach it as variables, so it
    /// needs none of Secret Manager; its data leave by Cockpit's own tokens.
    pub const SERVICE: Self = Self {
        in_projects: &["ContainersPrivateAccess", "ObjectStorageObjectsRead", "ObjectStorageObjectsWrite"],
        in_organization: &[],
    };

    /// CI: it makes and changes everything of an environment in its own project, and its state. It has nothing of IAM,
    /// so that it cannot grant itself more, and no bucket policies, which would grant the same by another way.
    pub const CI: Self = Self {
        in_projects: &[
            "ContainersFullAccess",
            "ContainerRegistryFullAccess",
            "RelationalDatabasesFullAccess",
            "ServerlessJobsFullAccess",
            "ObservabilityFullAccess",
            "SecretManagerReadOnly",
            "SecretManagerSecretAccess",
            "SecretManagerSecretCreate",
            "SecretManagerSecretWrite",
            "SecretManagerSecretDelete",
            "ObjectStorageObjectsRead",
            "ObjectStorageObjectsWrite",
            "ObjectStorageObjectsDelete",
            "ObjectStorageBucketsRead",
            "ObjectStorageBucketsWrite",
            "ObjectStorageBucketsDelete",
            "VPCFullAccess",
            "PrivateNetworksFullAccess",
            "IPAMReadOnly",
        ],
        in_organization: &[],
    };

    /// An operator: makes projects, applications, policies, keys and the bucket of the state, and looks at everything
    /// else. The values of secrets are not among what is looked at.
    pub const OPERATOR: Self = Self {
        in_projects: &[
            "ContainersReadOnly",
            "ContainerRegistryReadOnly",
            "RelationalDatabasesReadOnly",
            "ServerlessJobsReadOnly",
            "ObservabilityReadOnly",
            "SecretManagerReadOnly",
            "ObjectStorageFullAccess",
            "VPCReadOnly",
            "PrivateNetworksReadOnly",
            "IPAMReadOnly",
        ],
        in_organization: &["IAMManager"],
    };

    /// The rules of a policy for this role in these projects: one for the projects, and one for the organization where
    /// the role needs something there.
    pub fn rules(&self, projects: impl Into<Vec<ProjectId>>, organization: &OrganizationId) -> Vec<RuleSpec> {
        let names = |sets: &[&str]| sets.iter().map(ToString::to_string).collect::<Vec<String>>();
        let mut rules = vec![RuleSpec::for_projects(names(self.in_projects), projects)];
        if !self.in_organization.is_empty() {
            rules.push(RuleSpec::for_organization(names(self.in_organization), organization.clone()));
        }
        rules
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(preset: Preset) -> Vec<RuleSpec> {
        preset.rules(["project-1".parse().unwrap()], &"organization-1".parse().unwrap())
    }

    #[test]
    fn services_and_ci_are_granted_nothing_beyond_their_project() {
        for preset in [Preset::SERVICE, Preset::CI] {
            for rule in granted(preset) {
                assert_eq!(rule.project_ids, Some(vec!["project-1".parse().unwrap()]));
                assert_eq!(rule.organization_id, None);
                for name in rule.permission_set_names.unwrap() {
                    assert!(!name.starts_with("IAM") && !name.contains("BucketPolicy"), "{name}");
                }
            }
        }
    }

    #[test]
    fn services_can_change_no_resource() {
        let mut names = Preset::SERVICE.in_projects.iter();
        assert!(names.all(|name| !name.ends_with("FullAccess") && !name.contains("Secret")));
    }

    #[test]
    fn the_operators_iam_is_of_the_organization_and_values_of_secrets_are_not_theirs() {
        let [projects, organization] = granted(Preset::OPERATOR).try_into().unwrap();
        assert_eq!(organization.permission_set_names, Some(vec!["IAMManager".to_owned()]));
        assert_eq!((organization.project_ids, projects.organization_id), (None, None));
        let sets = projects.permission_set_names.unwrap();
        assert!(!sets.iter().any(|name| name == "SecretManagerFullAccess" || name.contains("SecretAccess")));
    }
}
