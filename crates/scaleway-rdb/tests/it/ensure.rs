//! Databases, users and privileges that are made sure of.

use std::future::Future;

use scaleway_rdb::{CreateDatabase, CreateUser, Permission, SetPrivilege};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer};

use crate::{busy, expect, instance, instance_id, ok, then_list, timeless};

const DATABASES: &str = "instances/instance-1/databases";
const USERS: &str = "instances/instance-1/users";
const PRIVILEGES: &str = "instances/instance-1/privileges";
const PASSWORD: &str = "aB3-aB3-";

fn database() -> Value {
    json!({"name": "evalap", "owner": "", "managed": true, "size": 0})
}

fn user(is_admin: bool) -> Value {
    json!({"name": "api", "is_admin": is_admin})
}

fn privilege(permission: &str) -> Value {
    json!({"database_name": "evalap", "user_name": "api", "permission": permission})
}

#[test]
fn a_database_is_made_once() {
    timeless(|server, rdb| async move {
        let other = json!({"name": "evalap_old", "owner": "", "managed": true, "size": 0});
        then_list(&server, DATABASES, "databases", vec![other]).await;
        expect(&server, "POST", DATABASES, Some(json!({"name": "evalap"})), ok(database())).await;
        then_list(&server, DATABASES, "databases", vec![database()]).await;
        let id = instance_id();
        for _ in 0..2 {
            let ensuring: Box<dyn Future<Output = _> + Send> =
                Box::new(rdb.ensure_database(&id, CreateDatabase::new("evalap")));
            assert_eq!(Box::into_pin(ensuring).await.unwrap().name, "evalap");
        }
    });
}

#[test]
fn a_database_whose_creation_was_lost_is_found_even_if_late() {
    timeless(|server, rdb| async move {
        then_list(&server, DATABASES, "databases", vec![]).await;
        expect(&server, "POST", DATABASES, None, ResponseTemplate::new(502)).await;
        then_list(&server, DATABASES, "databases", vec![]).await;
        then_list(&server, DATABASES, "databases", vec![database()]).await;
        rdb.ensure_database(&instance_id(), CreateDatabase::new("evalap")).await.unwrap();
    });
}

#[test]
fn a_creation_that_was_lost_for_good_says_so() {
    timeless(|server, rdb| async move {
        let none = ok(json!({"databases": [], "total_count": 0}));
        Mock::given(method("GET")).respond_with(none).mount(&server).await;
        expect(&server, "POST", DATABASES, None, ResponseTemplate::new(502)).await;
        let error = rdb.ensure_database(&instance_id(), CreateDatabase::new("evalap")).await.unwrap_err();
        assert!(error.may_have_happened(), "{error}");
    });
}

#[test]
fn a_busy_instance_is_waited_for() {
    timeless(|server, rdb| async move {
        then_list(&server, DATABASES, "databases", vec![]).await;
        expect(&server, "POST", DATABASES, None, busy()).await;
        expect(&server, "GET", "instances/instance-1", None, ok(instance("configuring"))).await;
        expect(&server, "GET", "instances/instance-1", None, ok(instance("ready"))).await;
        let met = json!({"message": "ERROR: Tuple concurrently updated"});
        expect(&server, "POST", DATABASES, None, ResponseTemplate::new(409).set_body_json(met)).await;
        expect(&server, "GET", "instances/instance-1", None, ok(instance("ready"))).await;
        expect(&server, "POST", DATABASES, None, ok(database())).await;
        rdb.ensure_database(&instance_id(), CreateDatabase::new("evalap")).await.unwrap();
    });
}

#[test]
fn an_instance_that_is_never_ready_is_not_waited_for_for_ever() {
    timeless(|server, rdb| async move {
        then_list(&server, DATABASES, "databases", vec![]).await;
        expect(&server, "POST", DATABASES, None, busy()).await;
        Mock::given(method("GET")).respond_with(ok(instance("configuring"))).mount(&server).await;
        let error = rdb.ensure_database(&instance_id(), CreateDatabase::new("evalap")).await.unwrap_err();
        assert!(matches!(error, scaleway_rdb::Error::StillChanging { .. }), "{error}");
    });
}

#[test]
fn a_user_is_made_or_gets_its_password_and_its_rank() {
    timeless(|server, rdb| async move {
        let create = CreateUser::new("api", PASSWORD);
        then_list(&server, USERS, "users", vec![]).await;
        let body = json!({"name": "api", "password": PASSWORD, "is_admin": false});
        expect(&server, "POST", USERS, Some(body), ok(user(false))).await;
        rdb.ensure_user(&instance_id(), create.clone()).await.unwrap();

        let at = format!("{USERS}/api");
        then_list(&server, USERS, "users", vec![user(false)]).await;
        expect(&server, "PATCH", &at, Some(json!({"password": PASSWORD})), ok(user(false))).await;
        rdb.ensure_user(&instance_id(), create.clone()).await.unwrap();

        then_list(&server, USERS, "users", vec![user(true)]).await;
        let body = json!({"password": PASSWORD, "is_admin": false});
        expect(&server, "PATCH", &at, Some(body), ok(user(false))).await;
        assert!(!rdb.ensure_user(&instance_id(), create).await.unwrap().is_admin);
    });
}

#[test]
fn a_user_that_another_made_first_gets_the_password() {
    timeless(|server, rdb| async move {
        then_list(&server, USERS, "users", vec![]).await;
        let taken = json!({"type": "already_exists", "message": "user api already exists"});
        expect(&server, "POST", USERS, None, ResponseTemplate::new(409).set_body_json(taken)).await;
        then_list(&server, USERS, "users", vec![user(false)]).await;
        let body = json!({"password": PASSWORD});
        expect(&server, "PATCH", &format!("{USERS}/api"), Some(body), ok(user(false))).await;
        rdb.ensure_user(&instance_id(), CreateUser::new("api", PASSWORD)).await.unwrap();
    });
}

#[test]
fn a_privilege_is_set_only_where_it_differs() {
    timeless(|server, rdb| async move {
        let wanted = |permission| SetPrivilege::new("evalap", "api", permission);
        then_list(&server, PRIVILEGES, "privileges", vec![privilege("none")]).await;
        expect(&server, "PUT", PRIVILEGES, Some(privilege("readwrite")), ok(privilege("readwrite"))).await;
        rdb.ensure_privilege(&instance_id(), wanted(Permission::Readwrite)).await.unwrap();

        then_list(&server, PRIVILEGES, "privileges", vec![privilege("readwrite")]).await;
        rdb.ensure_privilege(&instance_id(), wanted(Permission::Readwrite)).await.unwrap();

        // New tables: no reason to change anything.
        then_list(&server, PRIVILEGES, "privileges", vec![privilege("custom")]).await;
        let left = rdb.ensure_privilege(&instance_id(), wanted(Permission::Readwrite)).await.unwrap();
        assert_eq!(left.permission, Permission::Custom);

        // But more than was asked for, perhaps, where only reading was.
        then_list(&server, PRIVILEGES, "privileges", vec![privilege("custom")]).await;
        expect(&server, "PUT", PRIVILEGES, Some(privilege("readonly")), ok(privilege("readonly"))).await;
        rdb.ensure_privilege(&instance_id(), wanted(Permission::Readonly)).await.unwrap();
    });
}

/// Answers what `ensure_database` of `name` sends.
async fn absent(server: &MockServer, instance: &str, name: &str) {
    let at = format!("instances/{instance}/databases");
    then_list(server, &at, "databases", vec![]).await;
    expect(server, "POST", &at, Some(json!({"name": name})), ok(json!({"name": name}))).await;
}

#[test]
fn calls_for_one_instance_take_turns_in_their_order_and_a_dropped_one_gives_its_turn_away() {
    timeless(|server, rdb| async move {
        for name in ["a", "c"] {
            absent(&server, "instance-1", name).await;
        }
        let ensure = |name: &'static str| {
            let rdb = rdb.clone();
            async move { rdb.ensure_database(&instance_id(), CreateDatabase::new(name)).await.map(drop) }
        };
        // The second waits in the queue and is dropped there.
        let (first, third) = tokio::join!(ensure("a"), async {
            let mut second = Box::pin(ensure("b"));
            let mut third = Box::pin(ensure("c"));
            std::future::poll_fn(|context| {
                assert!(
                    second.as_mut().poll(context).is_pending() && third.as_mut().poll(context).is_pending()
                );
                std::task::Poll::Ready(())
            })
            .await;
            drop(second);
            third.await
        });
        first.unwrap();
        third.unwrap();
        let order: Vec<_> = server
            .received_requests()
            .await
            .unwrap()
            .iter()
            .map(|request| request.method.to_string())
            .collect();
        assert_eq!(order, ["GET", "POST", "GET", "POST"], "one after the other");

        // A call that is dropped while it is under way holds nobody up.
        absent(&server, "instance-1", "e").await;
        let mut under_way = Box::pin(ensure("d"));
        std::future::poll_fn(|context| {
            assert!(under_way.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        drop(under_way);
        ensure("e").await.unwrap();
    });
}

#[test]
fn instances_do_not_wait_for_each_other() {
    timeless(|server, rdb| async move {
        let id = instance_id();
        let mut holds = Box::pin(rdb.ensure_database(&id, CreateDatabase::new("a")));
        std::future::poll_fn(|context| {
            assert!(holds.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        absent(&server, "instance-2", "b").await;
        rdb.ensure_database(&crate::id("instance-2"), CreateDatabase::new("b")).await.unwrap();
        drop(holds);
    });
}
