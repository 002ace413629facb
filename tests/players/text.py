"""A writer of sums and its judge."""

from course_utils import data, models, steps

from . import group


def _sums(x, y, batch_size):
    """Sentences, where a digit's place is, in their number."""
    if x.is_meta:
        return data.Batches(x.new_empty(len(x), 5, 12), None, batch_size)
    return data.Batches(data.sums(len(x)), None, batch_size)


def _pair():
    return dict(G=models.Writer(), D=models.text_discriminator())


PLAYERS = {
    steps.mle_step: group({"G": "G"}, lambda: dict(G=models.Writer()), batches=_sums),
    steps.seqgan_step: group({"D": "D", "G": "G"}, _pair, batches=_sums),
    steps.gumbel_gan_step: group({"D": "D", "G": "G"}, _pair, batches=_sums),
}
