resource "scaleway_account_project" "watched" {
  name = "terraform-cockpit"
}

resource "scaleway_cockpit_source" "metrics" {
  project_id     = scaleway_account_project.watched.id
  name           = "terraform"
  type           = "metrics"
  retention_days = 31
}

resource "scaleway_cockpit_token" "reader" {
  project_id = scaleway_account_project.watched.id
  name       = "reader"

  scopes {
    query_metrics = true
    write_metrics = false
    write_logs    = false
  }
}

resource "scaleway_cockpit_exporter" "metrics" {
  project_id        = scaleway_account_project.watched.id
  datasource_id     = scaleway_cockpit_source.metrics.id
  name              = var.changed ? "changed" : "first"
  exported_products = var.changed ? ["all"] : ["rdb", "lb"]

  otlp_destination {
    endpoint = "https://otlp.example.org"
  }
}

data "scaleway_cockpit_preconfigured_alert" "all" {
  project_id = scaleway_account_project.watched.id
}

resource "scaleway_cockpit_alert_manager" "main" {
  project_id = scaleway_account_project.watched.id
  preconfigured_alert_ids = slice(
    sort(data.scaleway_cockpit_preconfigured_alert.all.alerts[*].preconfigured_rule_id), 0, var.changed ? 1 : 2
  )

  contact_points {
    email = var.changed ? "changed@example.org" : "first@example.org"
  }
}

data "scaleway_cockpit_source" "metrics" {
  project_id = scaleway_account_project.watched.id
  name       = scaleway_cockpit_source.metrics.name
}
