//! A typed client of Scaleway IAM (API iam v1alpha1).
