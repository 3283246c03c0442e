resource "scaleway_registry_namespace" "images" {
  name        = "terraform-images"
  description = var.changed ? "" : "first"
  is_public   = var.changed
}

data "scaleway_registry_namespace" "images" {
  name = scaleway_registry_namespace.images.name
}
