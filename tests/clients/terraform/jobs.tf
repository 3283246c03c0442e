resource "scaleway_secret" "token" {
  name = "terraform-job"
}

resource "scaleway_secret_version" "token" {
  secret_id = scaleway_secret.token.id
  data      = "sesame"
}

resource "scaleway_job_definition" "migrate" {
  name                   = var.changed ? "terraform-changed" : "terraform-migrate"
  cpu_limit              = var.changed ? 280 : 140
  memory_limit           = var.changed ? 512 : 256
  local_storage_capacity = 1024
  image_uri              = "docker.io/library/alpine:3"
  startup_command        = ["true"]
  timeout                = var.changed ? "20m" : "10m"
  env                    = { STEP = var.changed ? "two" : "one" }

  dynamic "cron" {
    for_each = var.changed ? [] : ["5 4 1 * *"]
    content {
      schedule = cron.value
      timezone = "Europe/Paris"
    }
  }

  secret_reference {
    secret_id   = scaleway_secret_version.token.secret_id
    environment = var.changed ? "NEW_TOKEN" : "TOKEN"
  }
}
