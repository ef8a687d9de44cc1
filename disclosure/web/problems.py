"""Where a refusal of an operation is shown: at the form field that it names.

Owns that one step; pages render the form again with everything typed and answer with 422.
"""

from wtforms import Form

from disclosure.errors import BadInput


def sentence_of(problem: BadInput) -> str:
    """Return what is wrong without the field's name in front, which is for programs."""
    return problem.message.removeprefix(f"{problem.where}: ")


def show_at_field(form: Form, problem: BadInput) -> None:
    """Put the sentence at the field that the problem names, else at the head of the form."""
    if problem.where in form:
        form[problem.where].errors = [sentence_of(problem)]
    else:
        form.form_errors.append(sentence_of(problem))
