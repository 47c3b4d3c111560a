//! stub
use crate::error::Failure;
use crate::form::Form;
use crate::locale::Lang;
use crate::workbench::Settings;
use std::sync::Arc;
pub mod words;
pub fn run(_: Settings, _: Lang) -> Result<(), Failure> {
    Ok(())
}
pub fn try_form(_: Arc<Form>, _: Lang) -> Result<(), Failure> {
    Ok(())
}
