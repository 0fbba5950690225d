// The page reads well without this. It filters and sorts, and opens what a link leads to.
"use strict";
{
  const form = document.getElementById("find");
  const list = document.getElementById("list");
  const students = [...list.children].map((element, index) => ({
    element,
    index,
    name: element.querySelector(".name").textContent.toLowerCase(),
    points: Number(element.dataset.points),
    outcomes: element.dataset.outcomes.split(" "),
  }));
  const orders = {
    name: (a, b) => a.index - b.index,
    few: (a, b) => a.points - b.points || a.index - b.index,
    many: (a, b) => b.points - a.points || a.index - b.index,
  };
  const { text, outcome, sort, count } = form.elements;

  const filter = () => {
    const wanted = text.value.trim().toLowerCase();
    let shown = 0;
    for (const { element, name, outcomes } of students) {
      element.hidden = !name.includes(wanted) || (outcome.value !== "" && !outcomes.includes(outcome.value));
      shown += element.hidden ? 0 : 1;
    }
    count.value = `${shown} of ${students.length}`;
  };
  const order = () => list.append(...[...students].sort(orders[sort.value]).map((student) => student.element));
  const open = () => {
    const target = document.getElementById(location.hash.slice(1));
    const student = target && target.closest(".student");
    if (!student) return;
    student.hidden = false;
    student.open = true;
    student.scrollIntoView();
    student.firstElementChild.focus({ preventScroll: true });
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => (event.target === sort ? order() : filter()));
  window.addEventListener("hashchange", open);
  form.hidden = false;
  filter();
  open();
}
