"""One async function for each thing a person or machine can ask for, each one transaction."""
