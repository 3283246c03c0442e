use std::collections::{BTreeMap,BTreeSet};
use conformance::{Exchange, Outcome, check};
use serde_json::{Value, json};
fn walk(v:&Value, at:String, norm:String, out:&mut Vec<(String,String)>){ out.push((at.clone(),norm.clone()));
 match v { Value::Object(m)=> for (k,x) in m { let k=k.replace('~',"~0").replace('/',"~1"); walk(x,format!("{at}/{k}"),format!("{norm}/{k}"),out)}, Value::Array(a)=> for (i,x) in a.iter().enumerate(){walk(x,format!("{at}/{i}"),format!("{norm}/*"),out)}, _=>{} } }
#[test] fn probe(){
 let mut seen=BTreeSet::new(); let mut cat:BTreeMap<String,BTreeSet<String>>=BTreeMap::new(); let mut n=0;
 let mut files=vec![]; for d in std::fs::read_dir(crate::wire().unwrap()).unwrap(){let p=d.unwrap().path(); if p.is_dir(){for f in std::fs::read_dir(p).unwrap(){files.push(f.unwrap().path())}}}
 for f in files { for l in std::fs::read_to_string(f).unwrap().lines(){ let ex:Value=serde_json::from_str(l).unwrap(); let e=Exchange::read(l).unwrap(); let Outcome::Routed(v)=check(&e) else {panic!()}; let op=if e.code>=300 {"error"} else {v.operation};
  for part in ["response","request"] { if part=="request" && op=="error" {continue}
  let mut ps=vec![]; walk(&ex[part],String::new(),String::new(),&mut ps);
  for (at,norm) in ps { let val=ex[part].pointer(&at).unwrap().clone();
   let mut run=|kind:&str, mutate:&dyn Fn(&mut Value)|->Option<(bool,bool)>{ if !seen.insert(format!("{kind} {part} {op} {norm} {}", std::mem::discriminant(&val)==std::mem::discriminant(&Value::Null))) {return None}; let mut e=ex.clone(); mutate(&mut e[part]); let t=e.to_string(); let x=Exchange::read(&t).unwrap(); n+=1; match check(&x){Outcome::Routed(v)=>Some((v.decoded,v.is_lossless())),_=>panic!()} };
   let mut note=|k:&str|{cat.entry(k.to_owned()).or_default().insert(format!("{part} {op} {norm}"));};
   if val.is_object(){ if let Some((_,l))=run("add",&|r|{r.pointer_mut(&at).unwrap()["added_by_test"]=json!(1);}) { if l {note("ADD unreported")} } }
   if !val.is_null() { let other=match &val {Value::String(_)=>json!(12345),Value::Object(_)=>json!("x"),Value::Array(_)=>json!("x"),_=>json!("text")}; if let Some((_,l))=run("type",&|r|{*r.pointer_mut(&at).unwrap()=other.clone();}) { if l {note("TYPE unreported")} } 
     if let Some((d,_))=run("null",&|r|{*r.pointer_mut(&at).unwrap()=Value::Null;}) { if !d {note("NULL undecoded")} }
     if let Some((d,l))=run("null2",&|r|{*r.pointer_mut(&at).unwrap()=Value::Null;}) { if d&&!l {note("NULL lossy")} } }
   if val.is_string() { if let Some((d,l))=run("enum",&|r|{*r.pointer_mut(&at).unwrap()=json!("came_later");}) { if !(d&&l) {note(&format!("ENUM died {}", d))} } }
   if !at.is_empty() && !at.rsplit('/').next().unwrap().parse::<usize>().is_ok() { let (par,key)=at.rsplit_once('/').unwrap(); let key=key.replace("~1","/").replace("~0","~"); if let Some((d,l))=run("drop",&|r|{ r.pointer_mut(par).unwrap().as_object_mut().unwrap().remove(&key);}) { note(&format!("DROP {} {}",val.is_null(), if !d {"undecoded"} else if !l {"reported"} else {"unreported"})) } }
  } } } }
 for (k,v) in &cat { println!("== {k} {}",v.len()); if true && !k.starts_with("DROP true"){ for x in v {println!("   {x}")} } } println!("{n} mutations");
}
