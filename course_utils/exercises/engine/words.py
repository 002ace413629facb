"""What is said of mistakes that occur in several exercises."""

LOG_LOSS = "that is the discriminator's loss: a critic has no sigmoid and no logarithm."
NO_CREATE_GRAPH = "the value is right, but no network learns from it: create_graph=True keeps the way back."
NO_ZERO_GRAD = "the first update is right, the second adds the first one's gradient: zero_grad, or descend."
NOT_RETURNED = "the update is right; return its loss."
NOT_FLATTENED = (
    "right for points; an image's gradient has three axes: one norm, gradient.flatten(1).norm(dim=1)."
)
ONE_NORM = "one norm for the whole batch: it must be one for each item, then the mean over items."
