"""What judges an answer, whatever is asked; the exercises themselves stand beside this folder."""
