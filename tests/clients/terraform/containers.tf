resource "scaleway_vpc_private_network" "services" {
  name = "terraform-containers"
}

resource "scaleway_container_namespace" "services" {
  name                         = "terraform-services"
  description                  = var.changed ? "changed" : "first"
  tags                         = var.changed ? ["terraform"] : ["terraform", "first"]
  environment_variables        = { LEVEL = var.changed ? "info" : "debug" }
  secret_environment_variables = { TOKEN = "sesame" }
}

resource "scaleway_container" "web" {
  name                         = "web"
  namespace_id                 = scaleway_container_namespace.services.id
  image                        = "docker.io/library/nginx:1.29"
  port                         = var.changed ? 8080 : 80
  cpu_limit                    = var.changed ? 280 : 140
  memory_limit_bytes           = var.changed ? 512000000 : 256000000
  min_scale                    = 1
  max_scale                    = var.changed ? 4 : 3
  timeout                      = 120
  privacy                      = var.changed ? "private" : "public"
  command                      = ["nginx"]
  args                         = ["-g", "daemon off;"]
  secret_environment_variables = { KEY = var.changed ? "new" : "old" }
  private_network_id           = var.changed ? null : scaleway_vpc_private_network.services.id

  scaling_option {
    cpu_usage_threshold = var.changed ? 80 : 70
  }

  liveness_probe {
    http { path = var.changed ? "/health" : "/" }
    failure_threshold = 10
    interval          = "20s"
    timeout           = "5s"
  }
}

resource "scaleway_container_domain" "web" {
  container_id = scaleway_container.web.id
  hostname     = "terraform.example.org"
}

resource "scaleway_container_cron" "nightly" {
  container_id = scaleway_container.web.id
  name         = "nightly"
  schedule     = var.changed ? "5 4 * * *" : "5 3 * * *"
  args         = jsonencode({ changed = var.changed })
}

data "scaleway_container" "web" {
  name         = scaleway_container.web.name
  namespace_id = scaleway_container_namespace.services.id
}
