//! A page that is a form: adding or changing a distributor, a customer, a model, a device, a hub.

use askama::Template;

use crate::actions::Action;
use crate::forms::Form;
use crate::frame::Frame;
use crate::parts::Filter;

/// A form as a page, for example `GET /admin/distributors/new` and the answer to a post that was refused.
#[derive(Debug, Clone, Template)]
#[template(path = "form.html")]
pub struct FormPage {
    /// The frame; its title says what is done, for example `Add a customer`.
    pub frame: Frame,
    /// A sentence below the title; may be empty.
    pub lead: String,
    /// Other ways, beside the title; may be empty.
    pub actions: Vec<Action>,
    /// Looks for what the form offers, where that may be more than it shows.
    pub find: Option<Filter>,
    /// The form.
    pub form: Form,
    /// What helps to fill it, a title and a sentence each; may be empty.
    pub help: Vec<(String, String)>,
}

impl FormPage {
    /// A form without help beside it.
    pub fn new(frame: Frame, lead: impl Into<String>, form: Form) -> Self {
        Self {
            frame,
            lead: lead.into(),
            actions: Vec::new(),
            find: None,
            form,
            help: Vec::new(),
        }
    }

    /// With a filter of what the form offers.
    #[must_use]
    pub fn find(mut self, filter: Filter) -> Self {
        self.find = Some(filter);
        self
    }

    /// With another way beside the title.
    #[must_use]
    pub fn action(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    /// With something that helps to fill it.
    #[must_use]
    pub fn help(mut self, title: impl Into<String>, text: impl Into<String>) -> Self {
        self.help.push((title.into(), text.into()));
        self
    }
}
