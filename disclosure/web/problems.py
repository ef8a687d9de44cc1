"""Where a refusal of an operation is shown: at the form field that it names.

Owns that one step; pages render the form again with everything typed and answer with 422.
"""

from wtforms import Form

from disclosure.errors import BadInput


def show_at_field(form: Form, problem: BadInput) -> None:
    """Put the sentence at the field that the problem names, else at the head of the form."""
    if problem.where in form:
        form[problem.where].errors = [problem.sentence]
    else:
        form.form_errors.append(problem.sentence)
