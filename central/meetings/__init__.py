"""Parents' meetings: evenings, teachers, times of ten minutes, and who comes when."""
