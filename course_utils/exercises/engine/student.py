"""What a student calls in a notebook."""

import inspect
import textwrap

from ... import session
from . import portfolio
from .display import WORDS, show
from .tasks import EXERCISES, PREDICTIONS, PROJECTS, SELF_TESTS, find
from .verdict import letters_of, verdict


def exercise(id):
    """Judge the function below it at once; hand on the student's if it is right, else the package's own."""
    task = find(id)
    if task.is_question or task.contest:
        call = "attempt" if task.contest else "answer"
        raise TypeError(f'{id} wants no function below it: write {call}("{id}", …).')

    def judge(fn):
        state, message = verdict(id, fn)
        right, name = state == "correct", task.reference.__name__
        used = f"Your {name} is used from here on." if right else f"The course's {name} is used for now."
        _tell(id, state, f"{message} ({used})")
        return fn if right else task.reference

    return judge


def answer(id, value):
    """Answer a question; the verdict comes at once."""
    if not find(id).is_question:
        raise TypeError(f'{id} wants a function: write @exercise("{id}") above it.')
    _tell(id, *verdict(id, value))


def attempt(id, given):
    """Try a design: it runs with several seeds, its scores join your tries in the portfolio. → the scores"""
    task = find(id)
    if not task.contest:
        raise TypeError(f"{id} is no design: it has no bar.")
    state, message = verdict(id, given)
    if state != "open" and task.scores:
        portfolio.add(id, {"what": given, "scores": task.scores, "reached": state == "correct"})
        portfolio.show_tries(id, task.contest)
    _tell(id, state, message)
    return task.scores if state != "open" else None


def predict(id, guess):
    """Commit to an answer before the cell that shows it."""
    prediction = _known(PREDICTIONS, id, "prediction")
    if guess is None or guess is Ellipsis:
        show("open", id, "what do you expect? Put your answer in, then go on.")
        return
    if letters_of(guess) not in ("a", "b", "c"):
        show("open", id, 'one of the three letters is asked: "a", "b" or "c".')
        return
    prediction.guess, prediction.happened = letters_of(guess), ""
    show("open", id, f"you expect {guess}. Now look.")


def reveal(id, happened=None):
    """After the cell: your guess beside what happened, and why.

    happened  what this run has measured, if it has; at the smoke scale, where nothing is learned, a full
              run's answer is told
    """
    prediction = _known(PREDICTIONS, id, "prediction")
    unmeasured = happened is None or session.scale() == "smoke"
    prediction.happened = str(prediction.expected if unmeasured else happened).strip().casefold()
    as_expected = prediction.happened == prediction.expected.casefold()
    said = f"it is {prediction.happened}. " + (
        prediction.why if as_expected else f"(In a full run on MNIST it is {prediction.expected}.)"
    )
    if not prediction.guess:
        show("open", id, f"no prediction; {said}")
    else:
        state = "correct" if prediction.guess == prediction.happened else "wrong"
        show(state, id, f"you expected {prediction.guess}; {said}")


def hand_in(id, *, words, scores=None, settings=None, figure=None):
    """Your page for the project of notebook `id`: written to portfolio/ beside your notebooks. → its file

    words    what you asked, did and found; `...` until then
    scores, settings  {name: value}, one try: it joins a table of all your tries
    figure   a Figure, or PNG bytes
    """
    project = _known(PROJECTS, id, "project")
    if words is None or words is Ellipsis or not str(words).strip():
        show("open", f"{id} project", f"{project.title}: not handed in yet.")
        return None
    scores, settings = scores or {}, settings or {}
    if not isinstance(scores, dict) or not isinstance(settings, dict):
        raise TypeError("scores and settings are dicts, such as scores=dict(nats=97.8).")
    page = portfolio.page(project, str(words), scores, settings, figure)
    project.handed_in = True
    show("correct", f"{id} project", f"your page is {page}; call again to replace it, all tries stay.")
    return page


def self_test(id, letters):
    """Check the answers to the eight questions above, such as "abcd abcd"; those of others as "?"."""
    test = _known(SELF_TESTS, id, "self-test")
    given = "" if letters is Ellipsis or letters is None else letters_of(letters)
    given = given or "?" * len(test.answers)
    if len(given) != len(test.answers):
        show("wrong", f"{id} self-test", f"{len(test.answers)} letters are asked, these are {len(given)}.")
        return
    if set(given) == {"?"}:
        show("open", f"{id} self-test", "not answered yet: one letter for each question.")
        return
    test.right = sum(letter == right for letter, (right, *_) in zip(given, test.answers, strict=True))
    for i, (letter, (right, section, why)) in enumerate(zip(given, test.answers, strict=True), 1):
        if letter == right:
            print(f"✓ {i}: {letter}. {why}")
        elif letter != "?":
            print(
                f"✗ {i}: not {letter}: look at section {section} again." + ("" if "?" in given else f" {why}")
            )
    state = "correct" if test.right == len(given) else "wrong" if "?" not in given else "open"
    show(state, f"{id} self-test", f"{test.right} of {len(given)}")


def _known(register, id, what):
    if id not in register:
        raise KeyError(f"there is no {what} {id!r}; there are: {', '.join(register)}.")
    return register[id]


def hint(id):
    """Show the next hint, one step more explicit at each call."""
    task = find(id)
    n = len(task.hints)
    task.hints_given = i = min(task.hints_given + 1, n)
    print(f"Hint {i} of {n} for {id}: {task.hints[i - 1]}")


def solution(id):
    """Show the package's own function: the reference solution is the library."""
    task = find(id)
    print(source(id) if callable(task.reference) else f"{task.reference!r}: {task.why}".removesuffix(": "))


def progress():
    """Show what is solved, of all exercises of the notebooks that have been run."""
    notebooks = {id[:2] for id, task in EXERCISES.items() if task.state}
    tasks = [task for id, task in EXERCISES.items() if id[:2] in notebooks]
    for task in tasks:
        state = task.state or "open"
        show(state, task.id, f"{task.title}: {WORDS[state]}")
    print(f"{sum(task.state == 'correct' for task in tasks)} of {len(tasks)} solved")
    guesses = [p for id, p in PREDICTIONS.items() if id[:2] in notebooks and p.guess and p.happened]
    if guesses:
        print(f"{sum(p.guess == p.happened for p in guesses)} of {len(guesses)} predictions came true")
    for id in sorted(notebooks):
        if id in SELF_TESTS:
            print(f"self-test {id}: {SELF_TESTS[id].right} of {len(SELF_TESTS[id].answers)}")
        if id in PROJECTS:
            print(f"project {id}: {'handed in' if PROJECTS[id].handed_in else 'not handed in yet'}")


def grade(id):
    """Nothing for a student; under nbgrader an error unless exercise `id` is solved."""
    if id in PROJECTS:
        if session.grading() and not PROJECTS[id].handed_in:
            raise AssertionError(f"the project of notebook {id} is not handed in")
        return
    state = find(id).state or "open"
    if session.grading() and state != "correct":
        raise AssertionError(f"exercise {id}: {WORDS[state]}")


def source(id):
    """The reference's source, as it stands in a solved notebook. → str"""
    return textwrap.dedent(inspect.getsource(find(id).reference))


def _tell(id, state, message):
    if state == "wrong" and "hint(" not in message:
        message += f' For help: hint("{id}").'
    show(state, id, message)
