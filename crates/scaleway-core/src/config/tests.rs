use super::*;

const FILE: &str = "
access_key: SCWXXXXXXXXXXXXXXXXX
secret_key: 11111111-1111-4111-8111-111111111111
default_region: nl-ams
active_profile: work
send_telemetry: false
profiles:
  work:
    secret_key: 22222222-2222-4222-8222-222222222222
    default_project_id: 33333333-3333-4333-8333-333333333333
  broken:
    default_region: paris
";

fn load(file: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.yaml");
    std::fs::write(&path, file).unwrap();
    Config::from_variables(&|name| match name {
        "SCW_CONFIG_PATH" => Some(path.display().to_string()),
        _ => variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()),
    })
}

#[test]
fn environment_beats_profile_beats_top_level() {
    let config = load(FILE, &[("SCW_DEFAULT_ZONE", "fr-par-2")]).unwrap();
    assert_eq!(config.access_key(), Some("SCWXXXXXXXXXXXXXXXXX"));
    assert!(config.secret_key().unwrap().expose().starts_with("2222"));
    assert_eq!(config.default_region(), Region::NlAms);
    assert!(config.default_project().unwrap().as_str().starts_with("3333"));
    assert_eq!(config.api_url().as_str(), "https://api.scaleway.com/");

    let key = "44444444-4444-4444-8444-444444444444";
    let config = load(FILE, &[("SCW_SECRET_KEY", key), ("SCW_PROFILE", "default")]).unwrap();
    assert_eq!(config.secret_key().unwrap().expose(), key);
    assert!(config.default_project().is_err());
}

#[test]
fn a_profile_that_is_not_there_names_those_that_are_or_that_there_is_no_file() {
    let error = |file, name| load(file, &[("SCW_PROFILE", name)]).unwrap_err().to_string();
    assert!(error(FILE, "nope").contains("there is no profile \"nope\"; there are: "));
    assert!(error("", "nope").ends_with("there is no profile \"nope\"; the file has none"));
    let nowhere = |name: &str| match name {
        "SCW_CONFIG_PATH" => Some("/nonexistent/config.yaml".to_owned()),
        "SCW_PROFILE" => Some("nope".to_owned()),
        _ => None,
    };
    let told = Config::from_variables(&nowhere).unwrap_err().to_string();
    assert!(told.contains("there is no profile file /nonexistent/config.yaml"), "{told}");
    assert!(told.contains("SCW_PROFILE") && told.contains("SCW_CONFIG_PATH"), "{told}");
}

#[test]
fn errors_name_file_and_key_and_show_no_secret() {
    let error = |variables| load(FILE, variables).unwrap_err().to_string();
    let broken = error(&[("SCW_PROFILE", "broken")]);
    assert!(broken.contains("default_region (profile broken of ") && broken.contains("fr-par"), "{broken}");
    let unknown = error(&[("SCW_PROFILE", "home")]);
    assert!(unknown.contains("\"home\"") && unknown.contains("broken, work"), "{unknown}");
    let secret = error(&[("SCW_SECRET_KEY", "tell-nobody")]);
    assert!(secret.contains("variable SCW_SECRET_KEY") && !secret.contains("tell-nobody"), "{secret}");
    let malformed = load("secret_key: [tell-nobody", &[]).unwrap_err().to_string();
    assert!(malformed.contains("config.yaml") && !malformed.contains("tell-nobody"), "{malformed}");
    let nothing = load("", &[]).unwrap().secret_key().unwrap_err().to_string();
    assert!(nothing.contains("SCW_SECRET_KEY") && nothing.contains("config.yaml"), "{nothing}");
    assert!(!format!("{:?}", load(FILE, &[]).unwrap()).contains("2222"));
}

#[test]
fn the_key_never_travels_in_the_clear() {
    let check = |url: &str| Config::new("key").with_api_url(Url::parse(url).unwrap()).check_addresses();
    assert!(check("https://api.scaleway.com").is_ok());
    assert!(
        check("http://127.0.0.1:8080").is_ok()
            && check("http://localhost:1").is_ok()
            && check("http://[::1]:1").is_ok()
    );
    for odd in
        ["https://user:hunter2@api.scaleway.com", "https://api.scaleway.com/?a", "https://api.scaleway.com#a"]
    {
        let error = check(odd).unwrap_err().to_string();
        assert!(error.contains("without user") && !error.contains("hunter2"), "{error}");
    }
    for open in ["http://api.scaleway.com", "http://10.0.0.1", "ftp://127.0.0.1"] {
        assert!(check(open).unwrap_err().to_string().contains("loopback"), "{open}");
    }
}

#[test]
fn object_storage_has_an_address_of_its_own() {
    let config = load(FILE, &[]).unwrap();
    assert_eq!((config.s3_endpoint(), config.s3_use_path_style()), (None, false));
    let variables = [("SCW_S3_ENDPOINT", "http://127.0.0.1:9000"), ("SCW_S3_USE_PATH_STYLE", "true")];
    let config = load(FILE, &variables).unwrap();
    assert_eq!(config.s3_endpoint().unwrap().as_str(), "http://127.0.0.1:9000/");
    assert!(config.s3_use_path_style() && config.check_addresses().is_ok());
    let error = load(FILE, &[("SCW_S3_ENDPOINT", "http://s3.fr-par.scw.cloud")]).unwrap().check_addresses();
    assert!(error.unwrap_err().to_string().starts_with("s3_endpoint"));
    let error = Config::new("key").required_access_key().unwrap_err().to_string();
    assert!(error.contains("SCW_ACCESS_KEY"), "{error}");
}
