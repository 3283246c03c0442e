resource "scaleway_account_project" "main" {
  name        = var.changed ? "terraform-changed" : "terraform-main"
  description = var.changed ? "" : "first"
}

resource "scaleway_iam_application" "ci" {
  name = var.changed ? "terraform-ci-changed" : "terraform-ci"
  tags = var.changed ? [] : ["terraform"]
}

resource "scaleway_iam_group" "deployers" {
  name            = "terraform-deployers"
  application_ids = var.changed ? [] : [scaleway_iam_application.ci.id]
}

resource "scaleway_iam_policy" "deploy" {
  name           = "terraform-deploy"
  application_id = var.changed ? null : scaleway_iam_application.ci.id
  group_id       = var.changed ? scaleway_iam_group.deployers.id : null

  rule {
    project_ids          = [scaleway_account_project.main.id]
    permission_set_names = var.changed ? ["ContainersFullAccess", "SecretManagerReadOnly"] : ["ContainersReadOnly"]
  }
}

resource "scaleway_iam_api_key" "ci" {
  application_id = scaleway_iam_application.ci.id
  description    = var.changed ? "changed" : "first"
}

resource "scaleway_iam_ssh_key" "me" {
  name       = var.changed ? "terraform-changed" : "terraform"
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAvyYlVNVPS3sE9NMSK57lRWc0o4Ul8TL3h4pK2qV2TM me@example.org"
}

data "scaleway_iam_application" "ci" {
  name = scaleway_iam_application.ci.name
}
