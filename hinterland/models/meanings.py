"""What each option of a model is, in a line; docs/models.md says it at length."""

MEANINGS = {
    "halves": "how both halves are built: linear, dense, conv or spatial",
    "widths": "of the layers, from the pixels inwards; none: those that suit the halves",
    "funnel": "of the dense layers between convolutions and the code; none: 256",
    "activation": "between layers: relu or elu",
    "bounded": "the code is a tanh, and lies between -1 and 1",
    "loss": "of a pixel: bce, cross-entropy, or mse, squared error",
    "noise": "added to the picture that is encoded: its standard deviation",
    "masking": "share of pixels set to 0 in the picture that is encoded",
    "sparsity": "weight of the code's absolute values",
    "mmd": "weight of how far the codes are from a normal distribution",
    "topology": "weight of how far the codes' spanning tree is from the pictures'",
    "geometry": "weight of how unevenly the decoder stretches",
    "beta": "weight of the prior: more is smoother, less is sharper",
    "samples": "draws of the posterior for each picture; above 1 they are weighted by importance",
    "words": "how many words the code is made of",
    "commitment": "weight of the codes' way to their words",
}
