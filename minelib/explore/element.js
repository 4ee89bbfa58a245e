"use strict";
// Shared by the explore page and the review panel: each puts it before its own script.

function element(tag, text, className) {
  const node = document.createElement(tag);
  if (text !== undefined && text !== null) node.textContent = String(text); // text is never markup
  if (className) node.className = className;
  return node;
}

