// Questions in a dialog of the browser's own, which keeps the keyboard and gives the focus back; and a word at the foot
// of the page that goes by itself.
window.mcp = window.mcp || {};

mcp.dialog = (() => {
  const SAID_MS = 8000;
  const OFFERED_MS = 30000;
  const READ_MS = 60; // a letter
  let told = null;

  // Scripts come in the order of their names: this one before dom.js.
  const make = (...given) => mcp.dom.make(...given);
  const button = (...given) => mcp.dom.button(...given);

  // Resolves with the `value` of the button that was pressed, or null. `check` may refuse a value: a text says why.
  // `mayLeave` may refuse Escape.
  function ask({ title, content, buttons, className = "", check = () => "", mayLeave = () => true }) {
    return new Promise((resolve) => {
      const complaint = make("p", { className: "complaint", role: "alert" });
      const heading = make("h2", {}, title);
      const foot = make("div", { className: "dialog-foot" });
      const form = make("form", { method: "dialog", className: "dialog-form" }, heading, ...content, foot);
      const named = { role: "dialog", "aria-modal": "true", "aria-label": title };
      const dialog = make("dialog", { className: `dialog ${className}`.trim(), ...named }, form);
      // Closed before it is taken away: only then does the focus go back to where it came from.
      const end = (value) => {
        dialog.close();
        dialog.remove();
        resolve(value);
      };
      const choose = mcp.singleFlight(async (value) => {
        dialog.setAttribute("aria-busy", "true");
        complaint.textContent = await check(value);
        dialog.removeAttribute("aria-busy");
        if (!complaint.textContent) end(value);
        else if (!dialog.open) end(null);
      });
      // What is under way cannot be called off.
      const cancel = () => dialog.hasAttribute("aria-busy") || end(null);
      foot.append(complaint, ...buttons.map((each) => buttonOf(each, choose, cancel)));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        choose(buttons.find((each) => each.isMain)?.value ?? null);
      });
      onLeave(dialog, mcp.singleFlight(async () => (await mayLeave()) && cancel()));
      document.body.append(dialog);
      dialog.showModal();
    });
  }

  // The browser closes a dialog at a second Escape, whatever it is told at its `cancel`: it is to hear of neither.
  function onLeave(dialog, leave) {
    const stay = (event) => {
      event.preventDefault();
      leave();
    };
    dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) stay(event);
    });
    dialog.addEventListener("cancel", stay);
  }

  function buttonOf({ label, value = null, isMain = false, isGrave = false }, choose, cancel) {
    const className = isMain ? "primary" : isGrave ? "grave" : "";
    const onClick = isMain ? null : () => (value === null ? cancel() : choose(value));
    return button({ label, className, onClick, type: isMain ? "submit" : "button" });
  }

  const paragraph = (text) => make("p", { className: "muted" }, text);

  // Whether to go on with something; `isGrave` where nothing brings it back.
  const confirm = ({ title, text, label, isGrave = false }) =>
    ask({
      title,
      content: [paragraph(text)],
      buttons: [{ label: "Cancel" }, { label, value: true, isMain: !isGrave, isGrave }],
    });

  // One of several ways to go on, or null.
  const choose = ({ title, text, buttons }) => ask({ title, content: [paragraph(text)], buttons });

  // A labelled field; `hint` stands below it.
  function field(label, input, hint = "") {
    const below = hint ? [make("span", { className: "field-hint" }, hint)] : [];
    return make("label", { className: "field-row" }, make("span", { className: "field-label" }, label), input, ...below);
  }

  // A word at the foot of the page; with `action` a button beside it. A new one takes its place. Gives what takes it
  // back, and no other.
  function say(text, action = null) {
    clearTimeout(told?.timer);
    told?.element.remove();
    const act = () => {
      unsay();
      action.do();
    };
    const buttons = action ? [button({ label: action.label, className: "toast-button", onClick: act })] : [];
    const element = make("div", { className: "toast", role: "status" }, make("span", {}, text), ...buttons);
    document.body.append(element);
    told = { element, timer: setTimeout(unsay, action ? OFFERED_MS : Math.max(SAID_MS, text.length * READ_MS)) };
    return () => told?.element === element && unsay();
  }

  function unsay() {
    clearTimeout(told?.timer);
    told?.element.remove();
    told = null;
  }

  return { ask, confirm, choose, field, say };
})();
