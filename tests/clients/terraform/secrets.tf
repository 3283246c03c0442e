resource "scaleway_secret" "key" {
  name        = var.changed ? "terraform-key-changed" : "terraform-key"
  path        = "/terraform"
  description = var.changed ? "" : "first"
  tags        = var.changed ? [] : ["terraform"]
}

resource "scaleway_secret_version" "key" {
  secret_id   = scaleway_secret.key.id
  data        = "sesame"
  description = var.changed ? "changed" : "first"
}

resource "scaleway_secret" "database" {
  name = "terraform-database"
  type = "database_credentials"
}

resource "scaleway_secret_version" "database" {
  secret_id = scaleway_secret.database.id
  data = jsonencode({
    engine = "postgres", username = "app", password = "hush", host = "192.0.2.1", dbname = "app", port = "5432"
  })
}

resource "scaleway_secret" "once" {
  name = "terraform-once"

  ephemeral_policy {
    ttl                   = "24h"
    expires_once_accessed = true
    action                = var.changed ? "delete" : "disable"
  }
}

data "scaleway_secret_version" "key" {
  secret_id = scaleway_secret.key.id
  revision  = scaleway_secret_version.key.revision
}
